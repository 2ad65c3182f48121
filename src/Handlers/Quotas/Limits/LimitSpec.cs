using System.Globalization;

namespace Handlers.Quotas;

/// <summary>One limit as somebody declared it: what it counts, how much, per which period and in which way.</summary>
/// <remarks><see cref="ToString"/> gives the text that <see cref="LimitGrammar"/> reads; the two kinds without a text of their own say what they are.</remarks>
internal sealed record LimitSpec
{
    public static readonly TimeSpan MinPeriod = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan MaxPeriod = TimeSpan.FromDays(31);

    /// <summary>Keeps sums of many amounts far from overflow.</summary>
    public const long MaxAmount = 1_000_000_000_000_000;

    private LimitSpec(LimitKind kind, LimitUnit unit, long amount, TimeSpan period)
    {
        Kind = kind;
        Unit = unit;
        Amount = amount;
        Period = period;
    }

    public LimitKind Kind { get; }

    public LimitUnit Unit { get; }

    /// <summary>How much per period; for a concurrency limit how many at once; 1 for an interval.</summary>
    public long Amount { get; private init; }

    /// <summary>The period; the interval of a minimum interval; zero for a concurrency limit.</summary>
    public TimeSpan Period { get; }

    /// <summary>A token bucket's capacity; else 0.</summary>
    public long Burst { get; private init; }

    /// <summary>The bounds between which the amount is learned; both 0 when it is fixed.</summary>
    public long AdaptiveMin { get; private init; }

    /// <inheritdoc cref="AdaptiveMin"/>
    public long AdaptiveMax { get; private init; }

    public bool IsAdaptive => AdaptiveMax > 0;

    public static LimitSpec Sliding(long amount, TimeSpan period, LimitUnit unit = LimitUnit.Requests) => new(LimitKind.SlidingWindow, unit, amount, period);

    public static LimitSpec Window(long amount, TimeSpan period, LimitUnit unit = LimitUnit.Requests) => new(LimitKind.FixedWindow, unit, amount, period);

    public static LimitSpec Bucket(long amount, TimeSpan period, long burst, LimitUnit unit = LimitUnit.Requests) =>
        new(LimitKind.TokenBucket, unit, amount, period) { Burst = burst };

    public static LimitSpec Interval(TimeSpan interval) => new(LimitKind.MinInterval, LimitUnit.Requests, 1, interval);

    public static LimitSpec Concurrent(int count) => new(LimitKind.Concurrency, LimitUnit.Requests, count, TimeSpan.Zero);

    public LimitSpec Adaptive(long min, long max) => this with { AdaptiveMin = min, AdaptiveMax = max };

    /// <summary>The same with another amount; a bucket as large as its amount stays so.</summary>
    public LimitSpec Of(long amount) => amount == Amount ? this : this with { Amount = amount, Burst = Burst == Amount ? amount : Burst };

    /// <summary>The limit with <paramref name="percent"/> of it left to others. At least 1 of it stays.</summary>
    public LimitSpec Less(double percent)
    {
        double share = 1 - (percent / 100);
        return Kind == LimitKind.MinInterval
            ? Interval(Period / share)
            : new LimitSpec(Kind, Unit, Share(Amount), Period)
            {
                Burst = Burst == 0 ? 0 : Share(Burst),
                AdaptiveMin = IsAdaptive ? Share(AdaptiveMin) : 0,
                AdaptiveMax = IsAdaptive ? Share(AdaptiveMax) : 0,
            };

        long Share(long amount) => Math.Max(1, (long)(amount * share));
    }

    public override string ToString()
    {
        switch (Kind)
        {
            case LimitKind.MinInterval:
                return string.Create(CultureInfo.InvariantCulture, $"one every {Period.TotalSeconds:0.###} s");
            case LimitKind.Concurrency:
                return string.Create(CultureInfo.InvariantCulture, $"{Amount} at once");
            default:
                string unit = Unit == LimitUnit.Requests ? "" : " " + LimitGrammar.NameOf(Unit);
                string kind = Kind switch
                {
                    LimitKind.FixedWindow => "; window",
                    LimitKind.TokenBucket when Burst == Amount => "; bucket",
                    LimitKind.TokenBucket => string.Create(CultureInfo.InvariantCulture, $"; burst {Burst}"),
                    _ => "",
                };
                string adaptive = IsAdaptive ? string.Create(CultureInfo.InvariantCulture, $"; adaptive {AdaptiveMin}..{AdaptiveMax}") : "";
                return string.Create(CultureInfo.InvariantCulture, $"{Amount}{unit}/{LimitGrammar.NameOf(Period)}{kind}{adaptive}");
        }
    }
}
