using System.Net.Http.Headers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Worker;

// Jobs from a queue over one named client. "--smoke" runs them against a twin of GitHub on loopback and checks what came of it.
HostApplicationBuilder app = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });
await using Smoke? smoke = args.Contains("--smoke") ? await Smoke.StartAsync(app.Configuration) : null;

app.Services.AddSingleton(TimeProvider.System);
app.Services.AddSingleton<IJobQueue, MemoryJobQueue>();
app.Services.AddSingleton<IssueComments>();
app.Services.AddHostedService<JobWorker>();
app.Services
    .AddHttpClient(IssueComments.Client, github =>
    {
        github.BaseAddress = app.Configuration.GetValue<Uri>("GitHub:BaseAddress");
        github.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("handlers-worker", "1.0"));
        github.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", app.Configuration["GitHub:Token"]);
    })
    .AddResilienceHandlers();

using IHost host = app.Build();
IJobQueue queue = host.Services.GetRequiredService<IJobQueue>();
foreach (IConfigurationSection job in app.Configuration.GetSection("Jobs").GetChildren())
{
    await queue.PutAsync(new Job(job["Issue"]!, job["Text"]!), CancellationToken.None);
}

if (smoke is not null)
{
    return await smoke.RunAsync(host, queue);
}

await host.RunAsync();
return 0;
