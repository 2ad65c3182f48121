using Handlers.Tests.Providers;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Architecture;

/// <summary>Code that stands in the documents and in no sample.</summary>
internal static class DocumentedCode
{
    public static void OwnProvider(IServiceCollection services)
    {
        services.AddSingleton<Provider>(new AcmeProvider());
    }

    public static void Caching(IServiceCollection services)
    {
        services.AddHttpClient("catalog")
            .AddResilienceHandlers(options => options.Account = "acme");
    }

    public static void CachingForSeveralProcesses(IServiceCollection services)
    {
        services.AddSingleton<IResponseStore>(provider => new DistributedResponseStore(provider.GetRequiredService<IDistributedCache>()));
    }

    public static void Retry(IServiceCollection services)
    {
        services.AddHttpClient("orders")
            .AddResilienceHandlers(options => options.Retry.MaxRetries = 5);
    }

    public static void Look(IResilienceMonitor monitor)
    {
        foreach (ClientSnapshot client in monitor.Clients)
        {
            Console.WriteLine($"{client.Client}: {client.Calls} calls, {client.SuccessRate:P0} ok, p99 {client.P99}");
        }

        foreach (CircuitSnapshot circuit in monitor.OpenCircuits)
        {
            monitor.Reset(circuit.Client, circuit.Authority);
        }
    }

    public static void Explain(IResilienceMonitor monitor, HttpRequestMessage request)
    {
        foreach (WaitSnapshot wait in monitor.Explain("openai"))
        {
            Console.WriteLine($"{wait.Operation}, {wait.Priority}, for {wait.Waited.TotalSeconds:0} s: {wait.Message}");
        }

        Console.WriteLine(monitor.Explain(request)?.Message ?? "does not wait for a quota");
    }

    public static async Task Watch(IResilienceMonitor monitor, CancellationToken stopping)
    {
        await foreach (ResilienceEvent next in monitor.Watch(stopping))
        {
            Console.WriteLine($"{next.At:T} {next.Client} {next.Message}");
        }
    }

    public static void Progress(HttpRequestMessage request)
    {
        request.SetCallOptions(new CallOptions { Progress = new Progress<ResilienceEvent>(told => Console.WriteLine(told.Message)) });
    }

    public static void BelowAnotherPipeline(IServiceCollection services)
    {
        services.AddHttpClient("search")
            .AddCircuitBreaker()
            .AddPacing()
            .AddAttemptTimeout(TimeSpan.FromSeconds(10))
            .AddRateLimitSignals();
    }

    public static void SignalsAlone(IServiceCollection services)
    {
        services.AddHttpClient("api")
            .AddRateLimitSignals(signals => signals.MaxServerWait = TimeSpan.FromMinutes(10));
    }

    public static async Task Hurried(HttpClient client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "reports/today");
        request.SetCallOptions(new CallOptions { Deadline = TimeSpan.FromSeconds(5), AttemptTimeout = TimeSpan.FromSeconds(2) });
        using HttpResponseMessage response = await client.SendAsync(request);
    }
}
