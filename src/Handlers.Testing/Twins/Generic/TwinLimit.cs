using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>A limit of a <see cref="GenericTwin"/>.</summary>
/// <param name="Name">Its name in counts and in the RateLimit fields.</param>
/// <param name="Amount">Requests, or points, per period.</param>
/// <param name="Period">The period; of no meaning for concurrency.</param>
public sealed record TwinLimit(string Name, double Amount, TimeSpan Period)
{
    /// <summary>How it counts. Default: in any stretch of the period's length.</summary>
    public TwinLimitKind Kind { get; init; }

    /// <summary>What a bucket holds at most. Default: <see cref="Amount"/>.</summary>
    public double? Burst { get; init; }

    /// <summary>Whether a call counts with its cost (<see cref="GenericTwinOptions.CostOf"/>) or as one. Default: as one.</summary>
    public bool InPoints { get; init; }

    /// <summary>Which requests it concerns; null for all.</summary>
    public Func<TwinRequest, bool>? Match { get; init; }

    internal MeteredLimit Create() => Kind switch
    {
        TwinLimitKind.Window => new FixedWindow(Amount, Period),
        TwinLimitKind.ClockWindow => new FixedWindow(Amount, Period, TimeSpan.Zero),
        TwinLimitKind.Bucket => new RefillingBucket(Amount, Period, Burst),
        TwinLimitKind.Concurrency => new ConcurrencyLimit(Amount),
        _ => new SlidingWindow(Amount, Period),
    };
}
