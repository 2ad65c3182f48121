namespace Handlers.Testing;

/// <summary>What a caller who knew every limit, every fault and the whole load beforehand could have made of it.</summary>
/// <param name="Ok">Calls that can succeed within their deadlines.</param>
/// <param name="Makespan">The least time from the load's start to the last of these answers.</param>
public readonly record struct LoadOptimum(int Ok, TimeSpan Makespan)
{
    /// <summary>When they reach the provider, since the load's start, in order.</summary>
    internal IReadOnlyList<TimeSpan>? Arrivals { get; init; }

    /// <summary>What these calls weigh together.</summary>
    internal double Weight { get; init; }
}
