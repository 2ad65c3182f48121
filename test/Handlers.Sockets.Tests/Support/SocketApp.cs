using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Sockets.Tests.Support;

/// <summary>
/// An app with one named client, registered as a user would, over real sockets and in real time; or with a clock that the test moves by hand, where
/// something at the other end has to happen before a timeout fires.
/// </summary>
internal sealed class SocketApp : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly string _name;
    private int _connections;

    public SocketApp(
        Uri address,
        Action<ResilienceHandlersOptions>? tune = null,
        Action<SocketsHttpHandler>? sockets = null,
        string name = "api",
        Action<IHttpClientBuilder>? more = null,
        TimeProvider? time = null)
    {
        _name = name;
        var collection = new ServiceCollection();
        if (time is not null)
        {
            collection.AddSingleton(time);
        }

        IHttpClientBuilder builder = collection.AddHttpClient(name, http => http.BaseAddress = address)
            .AddResilienceHandlers(options =>
            {
                options.TotalTimeout = TimeSpan.FromSeconds(20);
                options.Retry.BaseDelay = TimeSpan.FromMilliseconds(10);
                options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
                tune?.Invoke(options);
            })
            .AddHttpMessageHandler(() => new AttemptGauge(Attempts))
            .ConfigurePrimaryHttpMessageHandler(() => Primary(sockets));
        more?.Invoke(builder);
        _services = collection.BuildServiceProvider();
    }

    /// <summary>Attempts of all chains.</summary>
    public AttemptCount Attempts { get; } = new();

    /// <summary>Connections tried so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public IResilienceMonitor Monitor => _services.GetRequiredService<IResilienceMonitor>();

    public HttpClient Create() => _services.GetRequiredService<IHttpClientFactory>().CreateClient(_name);

    public HttpMessageHandler CreateHandler() => _services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(_name);

    public void Dispose() => _services.Dispose();

    private SocketsHttpHandler Primary(Action<SocketsHttpHandler>? configure)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (context, token) =>
            {
                Interlocked.Increment(ref _connections);
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(context.DnsEndPoint, token);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        configure?.Invoke(handler);
        return handler;
    }
}
