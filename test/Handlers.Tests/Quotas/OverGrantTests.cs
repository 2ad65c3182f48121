using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

/// <summary>
/// Whatever callers do and however long messages travel, a provider that counts arrivals never sees more than it allows. The reference models count
/// what arrives; nothing of the ledger's arithmetic is in them.
/// </summary>
public class OverGrantTests
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    public static TheoryData<string> Sliding => ["5/10s", "3 tokens/10s", "300 tokens/10s", "1/10s"];

    public static TheoryData<string> Buckets => ["5/10s; bucket", "5/10s; burst 2", "7 tokens/10s; burst 3", "30 tokens/10s; burst 9", "1/10s; bucket"];

    public static TheoryData<string> Windows => ["5/10s; window", "300 tokens/10s; window", "1/10s; window"];

    [Theory]
    [MemberData(nameof(Sliding))]
    public void A_sliding_window_never_exceeds_its_limit_in_any_window(string limit) => Check(limit, (arrivals, amount) => NeverMoreThan(amount, Period, arrivals));

    [Theory]
    [MemberData(nameof(Buckets))]
    public void A_bucket_is_never_overdrawn(string limit) => Check(limit, (arrivals, amount) =>
    {
        LimitSpec spec = Spec(limit);
        double level = spec.Burst;
        TimeSpan last = TimeSpan.Zero;
        foreach ((TimeSpan at, long cost) in arrivals)
        {
            level = Math.Min(spec.Burst, level + ((at - last) / Period * amount)) - cost;
            last = at;
            if (level < -1e-9)
            {
                return false;
            }
        }

        return true;
    });

    [Theory]
    [MemberData(nameof(Windows))]
    public void A_fixed_window_never_exceeds_its_limit_between_two_boundaries(string limit) => Check(limit, (arrivals, amount) =>
        arrivals.GroupBy(a => a.At.Ticks / Period.Ticks).All(window => window.Sum(a => a.Amount) <= amount), longestTransit: 900);

    /// <remarks>
    /// Once enough answers have come their spread bounds by how much ways differ, and attempts are counted by that. It holds where ways differ as they did
    /// before, however long answers take beside them.
    /// </remarks>
    [Theory]
    [InlineData("20/1s")]
    [InlineData("5/10s")]
    [InlineData("300 tokens/1s")]
    public void A_sliding_window_never_exceeds_its_limit_once_ways_are_known(string limit)
    {
        LimitSpec spec = Spec(limit);
        Gen<TrafficStep> steps =
            from gap in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(0, 50)), (1, Gen.Choose(0, 300)))
            from cost in Gen.Choose(1, (int)Math.Min(spec.Unit == LimitUnit.Requests ? 1 : spec.Amount, 40))
            from there in Gen.Choose(10, 60)
            from back in Gen.Choose(40, 400)
            select new TrafficStep(gap, cost, there, back, -1);
        Prop.ForAll(Arb.From(Gen.ListOf(steps, 250).Select(l => l.ToList())), script =>
        {
            Traffic traffic = new([spec]);
            traffic.Run(script);
            List<(TimeSpan At, long Amount)> arrivals = [.. traffic.Arrivals.Select(a => (a.At, a.Cost.In(spec.Unit))).OrderBy(a => a.At)];
            return NeverMoreThan(spec.Amount, spec.Period, arrivals);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void A_minimum_interval_lies_between_any_two_starts()
    {
        CheckStarts([LimitSpec.Interval(TimeSpan.FromSeconds(2))], starts => starts.Zip(starts.Skip(1)).All(p => p.Second - p.First >= TimeSpan.FromSeconds(2)));
    }

    /// <summary>
    /// Limits that answers announce, one or two of them beside what is configured, which somebody else has used before. Answers overtake each other, and what
    /// they say may be seconds old. A bucket relies on ways that differ by less than a quarter of a second (docs/decisions/estimate-reserve.md), a window on nothing.
    /// </summary>
    [Theory]
    [InlineData("window", true, 1500)]
    [InlineData("window", false, 1500)]
    [InlineData("aligned", true, 1500)]
    [InlineData("aligned", false, 1500)]
    [InlineData("bucket", true, 240)]
    [InlineData("bucket", false, 240)]
    [InlineData("both", true, 240)]
    public void An_announced_limit_is_never_exceeded(string kind, bool tellsWindow, int longestTransit)
    {
        Gen<(List<TrafficStep> Steps, int Limit, int Tokens, int Used, int Passed, bool Configured)> scripts =
            from limit in Gen.Choose(2, 12)
            from tokens in Gen.Choose(40, 120)
            from used in Gen.Choose(0, limit - 1)
            from passed in Gen.Choose(0, 9_900)
            from configured in Gen.Elements(false, true)
            from steps in Gen.ListOf(Scripts(20, longestTransit), 60)
            select (steps.ToList(), limit, tokens, used, passed, configured);
        Prop.ForAll(Arb.From(scripts), script =>
        {
            Meter[] meters = kind switch
            {
                "window" => [new Meter.Window(LimitUnit.Requests, script.Limit, Period, tellsWindow, aligned: false)],
                "aligned" => [new Meter.Window(LimitUnit.Requests, script.Limit, Period, tellsWindow, aligned: true)],
                "bucket" => [new Meter.Bucket(LimitUnit.Requests, script.Limit, Period, tellsWindow)],
                _ => [new Meter.Window(LimitUnit.Requests, script.Limit, Period, tellsWindow, aligned: true), new Meter.Bucket(LimitUnit.Tokens, script.Tokens, Period, tellsWindow)],
            };
            meters[0].Begin(script.Used, TimeSpan.FromMilliseconds(script.Passed));
            Traffic traffic = new(script.Configured ? [Spec("5/5s")] : [], meters);
            traffic.Run(script.Steps);
            return traffic.TooMany == 0;
        }).Check(Seeded.Config(seed: 7, tests: 150));
    }

    private static bool NeverMoreThan(long amount, TimeSpan period, List<(TimeSpan At, long Amount)> arrivals)
    {
        for (int i = 0; i < arrivals.Count; i++)
        {
            long sum = 0;
            for (int j = i; j < arrivals.Count && arrivals[j].At - arrivals[i].At < period; j++)
            {
                sum += arrivals[j].Amount;
            }

            if (sum > amount)
            {
                return false;
            }
        }

        return true;
    }

    private static LimitSpec Spec(string text)
    {
        LimitGrammar.TryParse(text, out ImmutableArray<LimitSpec> limits, out string? error).ShouldBeTrue(error);
        return limits[0];
    }

    private static void Check(string limit, Func<List<(TimeSpan At, long Amount)>, long, bool> holds, int longestTransit = 3000)
    {
        LimitSpec spec = Spec(limit);
        long most = Math.Min(spec.Unit == LimitUnit.Requests ? 1 : spec.Kind == LimitKind.TokenBucket ? spec.Burst : spec.Amount, 40);
        Prop.ForAll(Arb.From(Gen.ListOf(Scripts(most, longestTransit)).Select(l => l.ToList())), script =>
        {
            Traffic traffic = new([spec]);
            traffic.Run(script);
            List<(TimeSpan At, long Amount)> arrivals = [.. traffic.Arrivals.Select(a => (a.At, a.Cost.In(spec.Unit))).OrderBy(a => a.At)];
            return holds(arrivals, spec.Amount);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(120));
    }

    private static void CheckStarts(ImmutableArray<LimitSpec> limits, Func<List<TimeSpan>, bool> holds)
    {
        Prop.ForAll(Arb.From(Gen.ListOf(Scripts(1, 3000)).Select(l => l.ToList())), script =>
        {
            Traffic traffic = new(limits);
            traffic.Run(script);
            return holds(traffic.Starts);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithEndSize(100));
    }

    private static Gen<TrafficStep> Scripts(long most, int longestTransit) =>
        from gap in Gen.Frequency((3, Gen.Constant(0)), (3, Gen.Choose(0, 50)), (1, Gen.Choose(0, 12_000)))
        from cost in Gen.Choose(1, (int)most)
        from there in Gen.Frequency((2, Gen.Choose(0, 40)), (1, Gen.Choose(0, longestTransit)))
        from back in Gen.Frequency((2, Gen.Choose(0, 40)), (1, Gen.Choose(0, 3000)))
        from cancel in Gen.Frequency((5, Gen.Constant(-1)), (1, Gen.Choose(0, 15_000)))
        select new TrafficStep(gap, cost, there, back, cancel);
}
