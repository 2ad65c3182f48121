using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OutputCaching;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers.AspNetCore;

/// <summary>The endpoints of one status page.</summary>
internal sealed class StatusEndpoints : IDisposable
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // RFC 9110 §9.1: whoever answers GET answers HEAD.
    private static readonly string[] Reads = [HttpMethods.Get, HttpMethods.Head];

    private readonly ResilienceStatusOptions _options;
    private readonly IResilienceMonitor _monitor;
    private readonly IAntiforgery? _antiforgery;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EventFeed _feed;
    private readonly StatusHistory _history;
    private readonly CancellationToken _stopping;

    private StatusEndpoints(IServiceProvider services, ResilienceStatusOptions options)
    {
        _options = options;
        _monitor = services.GetService<IResilienceMonitor>()
            ?? throw new InvalidOperationException("There is nothing to show: no client has resilience handlers. Add them with AddHttpClient(…).AddResilienceHandlers().");
        _time = services.GetService<TimeProvider>() ?? TimeProvider.System;
        _logger = services.GetService<ILoggerFactory>()?.CreateLogger("Handlers.Status") ?? NullLogger.Instance;
        if (options.AllowActions)
        {
            _antiforgery = services.GetService<IAntiforgery>()
                ?? throw new InvalidOperationException("AllowActions needs antiforgery tokens: call services.AddAntiforgery().");
        }

        _feed = new EventFeed(_monitor, _time, _logger);
        _history = new StatusHistory(services.GetRequiredService<IResilienceMonitor>, _time, _logger);
        if (services.GetService<IHostApplicationLifetime>() is { } lifetime)
        {
            _stopping = lifetime.ApplicationStopping;
            lifetime.ApplicationStopped.Register(Dispose);
        }
    }

    public static IEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints, string pattern, ResilienceStatusOptions options)
    {
        var status = new StatusEndpoints(endpoints.ServiceProvider, options);
        RouteGroupBuilder group = endpoints.MapGroup(pattern.TrimEnd('/'));
        group.MapMethods("", Reads, status.Guarded(status.PageAsync));
        group.MapMethods("page.js", Reads, status.Guarded(context => TextAsync(context, "text/javascript; charset=utf-8", StatusPage.Script)));
        group.MapMethods("page.css", Reads, status.Guarded(context => TextAsync(context, "text/css; charset=utf-8", StatusPage.Style)));
        group.MapMethods("snapshot", Reads, status.Guarded(context => JsonAsync(context, json => StatusJson.Snapshot(json, status._monitor, status._time.GetUtcNow(), status._feed.Run))));
        group.MapMethods("history", Reads, status.Guarded(context => JsonAsync(context, json => StatusJson.History(json, status._history, status._time.GetUtcNow()))));
        group.MapMethods("events", Reads, status.Guarded(context => EventsEndpoint.HandleAsync(context, status._feed, status._time, status._stopping)));
        if (options.AllowActions)
        {
            group.MapPost("isolate", status.Guarded(context => status.ActAsync(context, "isolate", status._monitor.Isolate)));
            group.MapPost("reset", status.Guarded(context => status.ActAsync(context, "reset", status._monitor.Reset)));
        }

        // An output cache for the whole app looks at no header of ours, and would hand out to everybody what this machine alone may see.
        return group.WithDisplayName("Resilience status").WithMetadata(new OutputCacheAttribute { NoStore = true }).ExcludeFromDescription();
    }

    public void Dispose()
    {
        _feed.Dispose();
        _history.Dispose();
    }

    private static Task TextAsync(HttpContext context, string type, string text)
    {
        context.Response.ContentType = type;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }

    private static async Task JsonAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        var json = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (json.ConfigureAwait(false))
        {
            write(json);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private RequestDelegate Guarded(RequestDelegate handle) => context =>
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (StatusAccess.Allows(context, _options))
        {
            return handle(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return TextAsync(
            context,
            "text/plain; charset=utf-8",
            "The resilience status answers only requests from its own machine. To see it from elsewhere add authorization to MapResilienceStatus(), for example RequireAuthorization(), or set AllowRemote.");
    };

    private Task PageAsync(HttpContext context) => TextAsync(context, "text/html; charset=utf-8", StatusPage.Render(context, _antiforgery));

    private async Task ActAsync(HttpContext context, string name, Action<string, string?> act)
    {
        if (!await _antiforgery!.IsRequestValidAsync(context).ConfigureAwait(false))
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await TextAsync(context, "text/plain; charset=utf-8", "The antiforgery token is missing or belongs to another session: reload the page.").ConfigureAwait(false);
            return;
        }

        try
        {
            CircuitAction? action = await context.Request.ReadFromJsonAsync(CircuitActionJson.Default.CircuitAction, context.RequestAborted).ConfigureAwait(false);
            if (action is not { Client: not null })
            {
                throw new JsonException("A client is needed.");
            }

            act(action.Client, action.Authority);
            StatusLog.ActionTaken(_logger, name, action.Client, action.Authority);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
            await TextAsync(context, "text/plain; charset=utf-8", failure is ArgumentException ? failure.Message : "The body must be JSON with \"client\" and \"authority\".").ConfigureAwait(false);
        }
    }
}
