using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;

namespace Handlers.Testing.Hosting;

/// <summary>One twin on one port, which it keeps when it is closed and opened again.</summary>
internal sealed class TwinServer
{
    private static readonly CancellationToken AtOnce = new(canceled: true);

    private static readonly TimeSpan BeforeReset = TimeSpan.FromMilliseconds(100);

    private readonly ProviderTwin _twin;
    private WebApplication? _app;
    private Socket? _reserved;
    private int _port;

    private TwinServer(ProviderTwin twin) => _twin = twin;

    internal Uri BaseAddress => new UriBuilder(Uri.UriSchemeHttp, "127.0.0.1", _port, _twin.BaseAddress.AbsolutePath).Uri;

    internal static async Task<TwinServer> StartAsync(ProviderTwin twin)
    {
        var server = new TwinServer(twin);
        await server.OpenAsync().ConfigureAwait(false);
        return server;
    }

    internal async Task OpenAsync()
    {
        Interlocked.Exchange(ref _reserved, null)?.Dispose();
        // Empty: no configuration, no environment variables, no logging.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(IPAddress.Loopback, _port);
        });
        WebApplication app = builder.Build();
        app.Run(ServeAsync);
        await app.StartAsync().ConfigureAwait(false);
        _port = new Uri(app.Urls.Single()).Port;
        _app = app;
    }

    /// <summary>Connections are refused until it is opened again: the port is bound meanwhile, so that nobody else gets it, and nobody listens.</summary>
    internal async Task CloseAsync()
    {
        if (await StopAsync().ConfigureAwait(false))
        {
            var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            reserved.Bind(new IPEndPoint(IPAddress.Loopback, _port));
            _reserved = reserved;
        }
    }

    /// <summary>Closed for good.</summary>
    internal async Task EndAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Interlocked.Exchange(ref _reserved, null)?.Dispose();
    }

    private async Task<bool> StopAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is not { } app)
        {
            return false;
        }

        await app.StopAsync(AtOnce).ConfigureAwait(false);
        await app.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    private async Task ServeAsync(HttpContext context)
    {
        TwinRequest request = Read(context.Request);
        if (_twin.RefusesConnection(request))
        {
            context.Abort();
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        request.Body = body.ToArray();
        TwinReply reply = await _twin.HandleAsync(request).ConfigureAwait(false);
        try
        {
            await AnswerAsync(context, reply).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone, or the port was closed: there is nobody to answer.
        }
    }

    private TwinRequest Read(HttpRequest request)
    {
        var headers = request.Headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return new TwinRequest(_twin.NextNumber(), request.Method, new Uri(request.GetEncodedUrl()), headers);
    }

    private static async Task AnswerAsync(HttpContext context, TwinReply reply)
    {
        switch (reply.WireFault)
        {
            case TwinFaultKind.NoAnswer:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ConfigureAwait(false);
                return;
            case not null:
                context.Abort();
                return;
        }

        context.Response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers)
        {
            context.Response.Headers.Append(name, value);
        }

        if (reply.Body.Steps.Count == 0)
        {
            return;
        }

        context.Response.ContentType = reply.MediaType;
        context.Response.ContentLength = reply.AnnouncedLength();
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        foreach (BodyStep step in reply.Body.Steps)
        {
            if (!await PlayAsync(context, step).ConfigureAwait(false))
            {
                return;
            }
        }
    }

    private static async Task<bool> PlayAsync(HttpContext context, BodyStep step)
    {
        if (step.Failure is not null)
        {
            // A reset makes the client's kernel drop what has not been read yet, the headers too: let them be read first.
            await Task.Delay(BeforeReset, TimeProvider.System, context.RequestAborted).ConfigureAwait(false);
            context.Abort();
            return false;
        }

        if (step.Pause != TimeSpan.Zero)
        {
            await Task.Delay(step.Pause, TimeProvider.System, context.RequestAborted).ConfigureAwait(false);
        }

        await context.Response.Body.WriteAsync(step.Bytes, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        return true;
    }
}
