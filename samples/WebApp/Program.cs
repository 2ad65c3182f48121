using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Headers;
using OpenAI;
using OpenAI.Chat;
using WebApp;

// Two APIs behind two endpoints; whoever waits sees every wait and retry live. "--smoke" runs it against twins on loopback and checks what came of it.
WebApplicationBuilder app = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
await using Smoke? smoke = args.Contains("--smoke") ? await Smoke.StartAsync(app.Configuration) : null;
using Telemetry? telemetry = app.Configuration.GetValue<Uri>("OTEL_EXPORTER_OTLP_ENDPOINT") is { } collector ? new Telemetry(collector) : null;

app.Services
    .AddHttpClient("github", github =>
    {
        github.BaseAddress = app.Configuration.GetValue<Uri>("GitHub:BaseAddress");
        github.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("handlers-webapp", "1.0"));
        github.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", app.Configuration["GitHub:Token"]);
    })
    .AddResilienceHandlers();
app.Services
    .AddHttpClient("openai", openai => openai.BaseAddress = app.Configuration.GetValue<Uri>("OpenAI:BaseAddress"))
    .AddResilienceHandlers();

// The SDK over the named client: its own retries off, its own timeout above ours.
app.Services.AddTransient(services =>
{
    HttpClient openai = services.GetRequiredService<IHttpClientFactory>().CreateClient("openai");
    return new ChatClient(app.Configuration["OpenAI:Model"]!, new ApiKeyCredential(app.Configuration["OpenAI:Key"]!), new OpenAIClientOptions
    {
        Endpoint = openai.BaseAddress,
        Transport = new HttpClientPipelineTransport(openai),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        NetworkTimeout = TimeSpan.FromMinutes(30),
    });
});

app.Services.AddTransient<Answers>();
app.Services.AddHealthChecks().AddResilience();

WebApplication web = app.Build();
web.UseFileServer();
web.MapGet("/issues", (HttpContext http, string owner, string repo, Answers answers) => Live.AnswerAsync(http, answers.IssuesAsync(owner, repo, http.RequestAborted)));
web.MapGet("/chat", (HttpContext http, string question, Answers answers) => Live.AnswerAsync(http, answers.ChatAsync(question, http.RequestAborted)));

// For whoever is on call.
web.MapResilienceStatus("/resilience");
web.MapHealthChecks("/health");

if (smoke is not null)
{
    return await smoke.RunAsync(web, telemetry!);
}

await web.RunAsync();
return 0;
