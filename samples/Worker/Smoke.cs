using System.Globalization;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Worker;

/// <summary>Twelve jobs against a twin that takes five in three seconds, while a job waits one second at most.</summary>
internal sealed class Smoke : IAsyncDisposable
{
    private const int Jobs = 12;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly GitHubTwin _twin = new(new GitHubTwinOptions { CoreLimit = 5, Window = TimeSpan.FromSeconds(3) });
    private TwinHost? _host;

    public static async Task<Smoke> StartAsync(IConfigurationManager configuration)
    {
        var smoke = new Smoke();
        smoke._host = await TwinHost.StartAsync(smoke._twin);
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["GitHub:BaseAddress"] = smoke._host.BaseAddress.ToString(),
            ["GitHub:Token"] = "smoke",
            ["ResilienceHandlers:Clients:github:Pacing:MaxWait"] = "00:00:01",
            ["ResilienceHandlers:Clients:github:Pacing:Groups:writes:MinInterval"] = "00:00:00.050",
        };
        for (int i = 0; i < Jobs; i++)
        {
            settings[string.Create(CultureInfo.InvariantCulture, $"Jobs:{i}:Issue")] = string.Create(CultureInfo.InvariantCulture, $"o/r/issues/{i}");
            settings[string.Create(CultureInfo.InvariantCulture, $"Jobs:{i}:Text")] = "Thank you for the report.";
        }

        configuration.AddInMemoryCollection(settings);
        return smoke;
    }

    public async Task<int> RunAsync(IHost host, IJobQueue queue)
    {
        long start = TimeProvider.System.GetTimestamp();
        await host.StartAsync();
        while (queue.Ended.Count < Jobs && TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        await host.StopAsync();
        int written = queue.Ended.Count(job => job.State == JobState.Done);
        int cameBack = queue.Ended.Count(job => job.Attempts > 1);
        bool held = written == Jobs && cameBack > 0 && _twin is { Executed: Jobs, Refused: 0, Early: 0, DuplicateWrites: 0 };
        Console.WriteLine($"{written} of {Jobs} written, {cameBack} of them after going back to the queue; the provider refused {_twin.Refused}. {(held ? "All held." : "NOT as it should be.")}");
        return held ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _twin.Dispose();
    }
}
