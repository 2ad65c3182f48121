using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pacing;

/// <summary>Ten times more calls than may go, nearly all of them given up: in the queue, at the grant, on their way.</summary>
public sealed class CancellationStormTests
{
    private const int Calls = 12_000;
    private const int Slots = 20;
    private const int InTenSeconds = 200;
    private const int InAnHour = 1_000_000;

    [Theory]
    [Trait("Pitfall", "5")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Ten_thousand_calls_that_are_given_up_leave_nothing_behind(int seed)
    {
        GenericTwin? twin = null;
        using var bench = new Bench(
            add: http => http.ConfigurePrimaryHttpMessageHandler(() => twin!).AddResilienceHandlers(),
            settings: Settings.For(
                "api", ("Pacing:Limits", $"{InTenSeconds}/10s, {InAnHour}/hour"), ("Pacing:MaxConcurrency", $"{Slots}"), ("TotalTimeout", "none"), ("Retry:Enabled", "false"),
                ("CircuitBreaker:Enabled", "false"), ("Caching:Enabled", "false")));

        // What has left has arrived: so all that the ledger counts the twin has counted, too.
        using (twin = Twin(bench.Time))
        {
            int givenUp = 0;
            TimeSpan[] batch = [];
            await bench.Run(async client =>
            {
                givenUp = await Storm(client, bench.Time, new Random(seed));

                QuotaSnapshot after = Quota(bench);
                after.Waiting.ShouldBe(0);
                after.UnderWay.ShouldBe(0);
                Free(after, "at once").ShouldBe(Slots);
                Free(after, "hour").ShouldBe(InAnHour - twin.Arrived);
                Free(after, "10 seconds").ShouldBeLessThan(InTenSeconds, "else what follows shows nothing");

                await Task.Delay(TimeSpan.FromSeconds(11), bench.Time);
                Free(Quota(bench), "10 seconds").ShouldBe(InTenSeconds);

                // All of the limit is there, and not one more.
                int before = twin.Arrived;
                await Task.WhenAll(Enumerable.Range(0, InTenSeconds + 1).Select(async _ => (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK)));
                batch = [.. twin.Log.Where(e => e.Kind == TwinEventKind.Arrived).Select(e => e.At).Skip(before)];
            });

            givenUp.ShouldBeGreaterThanOrEqualTo(10_000);
            twin.Refused.ShouldBe(0);
            (batch[InTenSeconds - 1] - batch[0]).ShouldBeLessThan(TimeSpan.FromSeconds(1.1));
            (batch[InTenSeconds] - batch[0]).TotalSeconds.ShouldBeInRange(10, 10.12);
            bench.Time.ActiveTimers.ShouldBe(0);
        }
    }

    private static async Task<int> Storm(HttpClient client, VirtualTime time, Random random)
    {
        int givenUp = 0;
        List<Task> calls = [];
        for (int i = 0; i < Calls; i++)
        {
            calls.Add(Call(TimeSpan.FromMilliseconds(random.Next(5000)), random.Next(50) == 0));
            if (random.Next(4) == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(40)), time);
            }
        }

        await Task.WhenAll(calls);
        return givenUp;

        async Task Call(TimeSpan patience, bool stays)
        {
            using var cts = new CancellationTokenSource(stays ? Timeout.InfiniteTimeSpan : patience, time);
            try
            {
                using HttpResponseMessage response = await client.GetAsync("things", cts.Token);
            }
            catch (OperationCanceledException)
            {
                givenUp++;
            }
        }
    }

    private static QuotaSnapshot Quota(Bench bench) => bench.Services.GetRequiredService<IResilienceMonitor>().Quotas.Single(q => q.Limits.Length > 0);

    private static long Free(QuotaSnapshot quota, string limit) => quota.Limits.Single(l => l.Text.Contains(limit, StringComparison.Ordinal)).Free;

    private static GenericTwin Twin(VirtualTime time) => new(
        new GenericTwinOptions
        {
            NetworkDelay = TimeSpan.Zero,
            NetworkSpread = TimeSpan.Zero,
            Limits = { new TwinLimit("ten", InTenSeconds, TimeSpan.FromSeconds(10)) },
        },
        time);
}
