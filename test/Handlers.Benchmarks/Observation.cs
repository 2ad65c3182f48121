using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers.Benchmarks;

/// <summary>
/// What events, counters and meters cost a call that succeeds at once: everything that the walk does for those who look, and nothing else. With nobody looking,
/// and with one watcher who keeps up.
/// </summary>
internal static class Observation
{
    private const int Rounds = 15;
    private const int CallsPerRound = 1_000_000;

    public static async Task<int> RunAsync()
    {
        var state = new ResilienceState(TimeProvider.System, NullLoggerFactory.Instance, [], null);
        ClientState client = ClientState.InCode(state, new ResilienceHandlersOptions { Provider = "github" });
        using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.github.com/repos/o/r/issues");
        var call = new Call(client, client.Policy, request, null, synchronous: false, CancellationToken.None) { Attempts = 1 };
        call.SentAt = call.StartedAt;
        Print("nobody looks", Measure(call, CallsPerRound));

        using var stop = new CancellationTokenSource();
        Task watching = WatchAsync(state.Events, stop.Token);
        Print("one watcher", Measure(call, CallsPerRound / 50));
        await stop.CancelAsync();
        await watching;
        return 0;
    }

    private static void Print(string who, (double Nanoseconds, double Bytes) cost) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{who,-14} {cost.Nanoseconds,8:F1} ns {cost.Bytes,8:F1} B a call"));

    private static (double Nanoseconds, double Bytes) Measure(Call call, int calls)
    {
        double[] times = new double[Rounds];
        double[] bytes = new double[Rounds];
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            long start = TimeProvider.System.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                Look(call);
            }

            times[round] = TimeProvider.System.GetElapsedTime(start).TotalNanoseconds / calls;
            bytes[round] = (GC.GetAllocatedBytesForCurrentThread() - before) / (double)calls;
        }

        Array.Sort(times);
        Array.Sort(bytes);
        return (times[Rounds / 2], bytes[Rounds / 2]);
    }

    private static void Look(Call call)
    {
        _ = CallSpan.IsWanted;
        call.Trace?.AttemptStarted();
        call.Trace?.AttemptEnded(Judgement.Ok);
        call.Client.Stats.Ended(call, CallOutcome.Succeeded);
        call.Trace?.Ended(CallOutcome.Succeeded);
    }

    private static async Task WatchAsync(EventHub hub, CancellationToken token)
    {
        try
        {
            await foreach (ResilienceEvent unused in hub.Watch(token))
            {
                _ = unused;
            }
        }
        catch (OperationCanceledException)
        {
            // Enough was seen.
        }
    }
}
