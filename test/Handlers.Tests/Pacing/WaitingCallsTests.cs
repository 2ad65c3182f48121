using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pacing;

public sealed class WaitingCallsTests
{
    private const int Calls = 10_000;
    private const int MostBytes = 500;

    /// <remarks>
    /// Beside the same call of the same client when it waits for its answer in place of its turn. Counted is what this thread allocates, on which everything up to
    /// the wait runs: nobody else's garbage is in it, and what is kept can only be less.
    /// </remarks>
    [Fact]
    public void Ten_thousand_waiting_calls_cost_one_timer_no_thread_and_at_most_500_bytes_each()
    {
        using Bench waiting = Silent("01:00:00");
        using Bench underWay = Silent("none");
        using HttpClient first = waiting.Create();
        using HttpClient second = underWay.Create();
        Send(first, 100);
        Send(second, 100);

        long bytes = Send(first, Calls) - Send(second, Calls);

        Waiting(waiting).ShouldBe(Calls + 99);
        Waiting(underWay).ShouldBe(0);
        (bytes / (double)Calls).ShouldBeLessThanOrEqualTo(MostBytes);
        waiting.Time.ActiveTimers.ShouldBe(1);
        ThreadPool.ThreadCount.ShouldBeLessThanOrEqualTo(3, "this project's pool has no more, and all 10,000 were sent from here");
    }

    private static Bench Silent(string interval) => new(
        add: http => http.RemoveAllLoggers().ConfigurePrimaryHttpMessageHandler(() => new Endless()).AddResilienceHandlers(),
        settings: Settings.For(
            "api", ("Pacing:Limits", "100000/hour"), ("Pacing:MinInterval", interval), ("Pacing:MaxQueue", "20000"), ("TotalTimeout", "none"), ("AttemptTimeout", "none"), ("Caching:Enabled", "false")));

    private static int Waiting(Bench bench) => bench.Services.GetRequiredService<IResilienceMonitor>().Quotas.Sum(quota => quota.Waiting);

    private static long Send(HttpClient client, int count)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < count; i++)
        {
            _ = client.SendAsync(new HttpRequestMessage(HttpMethod.Get, "things"));
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Never answers.</summary>
    private sealed class Endless : HttpMessageHandler
    {
        private readonly TaskCompletionSource<HttpResponseMessage> _never = new();

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => _never.Task;
    }
}
