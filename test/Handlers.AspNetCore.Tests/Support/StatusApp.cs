using System.Net;
using Handlers.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Handlers.AspNetCore.Tests.Support;

/// <summary>An app on a real port of this machine, whose clients speak to a scripted wire.</summary>
internal sealed class StatusApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StatusApp(WebApplication app, ScriptedTransport wire)
    {
        _app = app;
        Wire = wire;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Browser = new HttpClient { BaseAddress = Address };
    }

    public Uri Address { get; }

    /// <summary>Somebody on this machine.</summary>
    public HttpClient Browser { get; }

    /// <summary>The third parties' end.</summary>
    public ScriptedTransport Wire { get; }

    public IServiceProvider Services => _app.Services;

    public IResilienceMonitor Monitor => Services.GetRequiredService<IResilienceMonitor>();

    /// <param name="clients">The named clients.</param>
    /// <param name="map">What is mapped; null for the status page with its defaults.</param>
    /// <param name="services">More services.</param>
    /// <param name="settings">Options of every client, such as <c>Retry:MaxRetries</c>.</param>
    /// <param name="remote">Where requests seem to come from; null for where they do.</param>
    public static async Task<StatusApp> StartAsync(
        IEnumerable<string>? clients = null,
        Action<WebApplication>? map = null,
        Action<IServiceCollection>? services = null,
        (string Option, string Value)[]? settings = null,
        IPAddress? remote = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach ((string option, string value) in settings ?? [])
        {
            builder.Configuration[$"ResilienceHandlers:Defaults:{option}"] = value;
        }

        var wire = new ScriptedTransport();
        wire.OnEach(_ => HttpStatusCode.OK);
        foreach (string client in clients ?? ["github", "openai"])
        {
            builder.Services.AddHttpClient(client, http => http.BaseAddress = new Uri($"https://{HostOf(client)}.example/"))
                .ConfigurePrimaryHttpMessageHandler(() => wire)
                .AddResilienceHandlers();
        }

        services?.Invoke(builder.Services);
        WebApplication app = builder.Build();
        if (remote is not null)
        {
            app.Use((context, next) =>
            {
                context.Connection.RemoteIpAddress = remote;
                return next(context);
            });
        }

        (map ?? (web => web.MapResilienceStatus()))(app);
        await app.StartAsync();
        return new StatusApp(app, wire);
    }

    public HttpClient Client(string name) => Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private static string HostOf(string client) => Uri.CheckHostName(client) == UriHostNameType.Dns ? client : "odd";

    public async ValueTask DisposeAsync()
    {
        Browser.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        Wire.Dispose();
    }
}
