using Handlers.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Handlers.Tests.Support;

/// <summary>A container as an app would have it, with the test at the other end of the wire and virtual time.</summary>
internal sealed class Bench : IDisposable
{
    private readonly Lazy<ServiceProvider> _services;

    public Bench(
        string client = "api",
        Action<IHttpClientBuilder>? add = null,
        IReadOnlyDictionary<string, string?>? settings = null,
        Action<IServiceCollection>? services = null)
    {
        Client = client;
        Time = new VirtualTime();
        Wire = new ScriptedTransport(Time);
        Settings = new EditableSettings(settings ?? new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase));
        _services = new Lazy<ServiceProvider>(() =>
        {
            var collection = new ServiceCollection();
            collection.AddSingleton<TimeProvider>(Time);
            collection.AddSingleton<IConfiguration>(new ConfigurationBuilder().Add(Settings).Build());
            collection.AddKeyedSingleton("Handlers", new Random(1));
            collection.AddLogging(logging => logging.ClearProviders().AddProvider(Log).SetMinimumLevel(LogLevel.Debug));
            IHttpClientBuilder builder = collection.AddHttpClient(client, http => http.BaseAddress = new Uri("https://api.example/"))
                .ConfigurePrimaryHttpMessageHandler(() => Wire);
            (add ?? (b => b.AddResilienceHandlers()))(builder);
            services?.Invoke(collection);
            return collection.BuildServiceProvider();
        });
    }

    public string Client { get; }

    public VirtualTime Time { get; }

    public ScriptedTransport Wire { get; }

    public EditableSettings Settings { get; }

    public RecordedLog Log { get; } = new();

    public ServiceProvider Services => _services.Value;

    public HttpClient Create() => Services.GetRequiredService<IHttpClientFactory>().CreateClient(Client);

    public Task Run(Func<HttpClient, Task> body) => Time.RunAsync(async () =>
    {
        using HttpClient client = Create();
        await body(client);
    });

    public void Dispose()
    {
        if (_services.IsValueCreated)
        {
            _services.Value.Dispose();
        }

        Wire.Dispose();
        Log.Dispose();
    }
}
