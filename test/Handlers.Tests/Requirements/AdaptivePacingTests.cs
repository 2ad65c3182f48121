using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Requirements;

/// <summary>Nobody says what the limits are: the provider's refusals, its hints and what went before are all there is to learn from.</summary>
[Trait("Requirement", "B6")]
public sealed class AdaptivePacingTests
{
    [Fact]
    public async Task One_hint_holds_everybody_back_and_nobody_comes_early()
    {
        using Judged judged = new(new TwinLimit("window", 20, TimeSpan.FromSeconds(30)));

        int[] statuses = await judged.Offer(perSecond: 2, seconds: 60);

        statuses.ShouldAllBe(status => status == 200);
        judged.Twin.Early.ShouldBe(0);
        judged.Twin.Refused.ShouldBeLessThanOrEqualTo(12);
    }

    [Fact]
    public async Task A_bucket_that_refills_is_followed_at_its_rate_after_a_few_refusals()
    {
        using Judged judged = new(Bucket);

        int[] statuses = await judged.Offer(perSecond: 30, seconds: 20);

        statuses.ShouldAllBe(status => status == 200);
        judged.Twin.Early.ShouldBe(0);
        judged.Twin.Refused.ShouldBeLessThanOrEqualTo(30);
        judged.Elapsed.TotalSeconds.ShouldBeInRange(59, 59 * 1.4);
    }

    [Fact]
    public async Task What_was_learned_holds_for_the_next_load()
    {
        using Judged judged = new(Bucket);
        await judged.Offer(perSecond: 30, seconds: 10);
        int first = judged.Twin.Refused;

        await judged.Offer(perSecond: 30, seconds: 10);

        first.ShouldBeGreaterThan(0);
        (judged.Twin.Refused - first).ShouldBeLessThanOrEqualTo(first);
    }

    private static TwinLimit Bucket => new("bucket", 10, TimeSpan.FromSeconds(1)) { Kind = TwinLimitKind.Bucket, Burst = 10 };

    private sealed class Judged : IDisposable
    {
        private readonly Bench _bench;

        public Judged(TwinLimit limit)
        {
            GenericTwin? twin = null;
            _bench = new Bench(
                add: http => http.ConfigurePrimaryHttpMessageHandler(() => twin!).AddResilienceHandlers(),
                settings: Settings.For("api", ("Workload", "Background"), ("Caching:Enabled", "false")));
            var options = new GenericTwinOptions();
            options.Limits.Add(limit);
            Twin = twin = new GenericTwin(options, _bench.Time);
        }

        public GenericTwin Twin { get; }

        public TimeSpan Elapsed => _bench.Time.Elapsed;

        public async Task<int[]> Offer(int perSecond, int seconds)
        {
            int[] statuses = [];
            await _bench.Run(async client => statuses = await Task.WhenAll(Enumerable.Range(0, perSecond * seconds).Select(async i =>
            {
                await Task.Delay(TimeSpan.FromSeconds(i / (double)perSecond), _bench.Time);
                using HttpResponseMessage response = await client.GetAsync(new Uri(Twin.BaseAddress, "things"));
                return (int)response.StatusCode;
            })));
            return statuses;
        }

        public void Dispose()
        {
            _bench.Dispose();
            Twin.Dispose();
        }
    }
}
