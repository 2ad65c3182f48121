using System.Net.Http.Headers;
using Handlers;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

// An app that knows the packages alone; what it prints is compared with expected.txt.
DirectoryInfo folder = Directory.CreateTempSubdirectory("fresh-app-");
try
{
    var upstream = new Upstream();
    WebApplicationBuilder app = WebApplication.CreateSlimBuilder();
    app.Logging.ClearProviders();
    app.Configuration["urls"] = "http://127.0.0.1:0";
    app.Configuration["ResilienceHandlers:Clients:orders:Account"] = "acme";
    app.Configuration["ResilienceHandlers:Clients:orders:Retry:BaseDelay"] = "00:00:00.010";
    app.Configuration["ResilienceHandlers:Clients:orders:Idempotency:HeaderName"] = "Idempotency-Key";
    app.Services.AddSqliteStore(options => options.Path = Path.Combine(folder.FullName, "keys.db"));
    app.Services.AddHttpClient("orders", client => client.BaseAddress = new Uri("https://api.example/"))
        .AddResilienceHandlers()
        .ConfigurePrimaryHttpMessageHandler(() => upstream);
    app.Services.AddHealthChecks().AddResilience();
    await using WebApplication web = app.Build();
    web.MapResilienceStatus("/resilience");
    await web.StartAsync();
    HttpClient orders = web.Services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");

    using HttpResponseMessage retried = await orders.GetAsync("orders/1");
    Console.WriteLine($"retry: {(int)retried.StatusCode} after {retried.GetCallReport()!.Attempts} attempts");

    using HttpResponseMessage cached = await orders.GetAsync("orders/1");
    Console.WriteLine($"cache: {(int)cached.StatusCode} after {cached.GetCallReport()!.Attempts} attempts");

    using HttpResponseMessage first = await PostAsync(orders);
    using HttpResponseMessage second = await PostAsync(orders);
    Console.WriteLine($"idempotency: {(int)second.StatusCode}, replayed: {second.GetCallReport()!.IsReplayed}, written: {upstream.Written}");

    using var browser = new HttpClient { BaseAddress = new Uri(web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };
    string snapshot = await browser.GetStringAsync("/resilience/snapshot");
    Console.WriteLine($"status page: names the client: {snapshot.Contains("\"orders\"", StringComparison.Ordinal)}");
    await web.StopAsync();

    Console.WriteLine($"twin: {await TestKit.RunAsync()}");

    using var hosted = new GitHubTwin();
    await using TwinHost host = await TwinHost.StartAsync(hosted);
    using var plain = new HttpClient { BaseAddress = host.BaseAddress };
    plain.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("fresh-app", "1.0"));
    using HttpResponseMessage overSockets = await plain.GetAsync("repos/o/r");
    Console.WriteLine($"hosted twin: {(int)overSockets.StatusCode}");
    return 0;
}
finally
{
    folder.Delete(recursive: true);
}

static async Task<HttpResponseMessage> PostAsync(HttpClient orders)
{
    using var request = new HttpRequestMessage(HttpMethod.Post, "orders") { Content = new StringContent("{}") };
    request.SetCallOptions(new CallOptions { IdempotencyKey = "order-17" });
    return await orders.SendAsync(request);
}
