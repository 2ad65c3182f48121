using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Handlers.Sdk.Tests.Support;

/// <summary>An app with one named client, registered as a user would; the SDK gets that client and nothing else.</summary>
internal sealed class SdkApp : IDisposable
{
    private readonly ServiceProvider _services;
    private readonly string _name;

    public SdkApp(string name, Uri address, Action<ResilienceHandlersOptions>? tune = null, TimeProvider? time = null)
    {
        _name = name;
        var collection = new ServiceCollection();
        if (time is not null)
        {
            collection.AddSingleton(time);
        }

        collection.AddLogging(logging => logging.ClearProviders().AddProvider(Log));
        collection.AddHttpClient(name, http => http.BaseAddress = address)
            .AddResilienceHandlers(options =>
            {
                options.TotalTimeout = TimeSpan.FromSeconds(20);
                options.Retry.BaseDelay = TimeSpan.FromMilliseconds(10);
                options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
                tune?.Invoke(options);
            });
        _services = collection.BuildServiceProvider();
    }

    public RecordedLog Log { get; } = new();

    public HttpClient Create() => _services.GetRequiredService<IHttpClientFactory>().CreateClient(_name);

    public void Dispose()
    {
        _services.Dispose();
        Log.Dispose();
    }
}
