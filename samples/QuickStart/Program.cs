using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

HostApplicationBuilder app = Host.CreateApplicationBuilder(args);
app.Services.AddHttpClient("github", client => client.BaseAddress = new Uri("https://api.github.com"))
    .AddResilienceHandlers();

using IHost host = app.Build();
HttpClient github = host.Services.GetRequiredService<IHttpClientFactory>().CreateClient("github");

Console.WriteLine($"A client for {github.BaseAddress} is ready; its deadline is the call's own, so its timeout is {github.Timeout}.");
