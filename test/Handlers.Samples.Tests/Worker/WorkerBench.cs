using Handlers.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Worker;

namespace Handlers.Samples.Tests.Worker;

/// <summary>The sample's own classes in virtual time, over any wire.</summary>
internal sealed class WorkerBench : IDisposable
{
    private readonly ServiceProvider _services;

    public WorkerBench(VirtualTime time, HttpMessageHandler wire, IReadOnlyDictionary<string, string?>? settings = null, IJobQueue? queue = null)
    {
        Time = time;
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings ?? new Dictionary<string, string?>(StringComparer.Ordinal)).Build());
        services.AddKeyedSingleton("Handlers", new Random(1));
        services.AddLogging(logging => logging.ClearProviders());
        services.AddSingleton(queue ?? new MemoryJobQueue(time));
        services.AddSingleton<IssueComments>();
        services.AddSingleton<JobWorker>();
        services.AddHttpClient(IssueComments.Client, github => github.BaseAddress = new Uri("https://api.github.com/"))
            .AddResilienceHandlers()
            .ConfigurePrimaryHttpMessageHandler(() => wire);
        _services = services.BuildServiceProvider();
        Queue = _services.GetRequiredService<IJobQueue>();
    }

    public VirtualTime Time { get; }

    public IJobQueue Queue { get; }

    /// <summary>Runs the worker until so many jobs have ended.</summary>
    public Task RunAsync(int ended, params Job[] jobs) => RunAsync(() => Queue.Ended.Count >= ended, jobs);

    /// <summary>Runs the worker until something is the case; looks every 100 ms.</summary>
    public Task RunAsync(Func<bool> until, params Job[] jobs) => Time.RunAsync(async () =>
    {
        foreach (Job job in jobs)
        {
            await Queue.PutAsync(job, CancellationToken.None);
        }

        JobWorker worker = _services.GetRequiredService<JobWorker>();
        await worker.StartAsync(CancellationToken.None);
        while (!until())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), Time);
        }

        await worker.StopAsync(CancellationToken.None);
    });

    public void Dispose() => _services.Dispose();
}
