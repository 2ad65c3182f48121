namespace Handlers.CircuitBreaker;

/// <summary>What the result of one attempt says about the upstream's health.</summary>
internal enum CircuitSignal : byte
{
    /// <summary>Says nothing (429 and other backpressure, the caller's cancellation, an attempt never sent): releases a probe's slot only.</summary>
    Neutral,

    /// <summary>The upstream answered.</summary>
    Success,

    /// <summary>The upstream failed: the verdict was transient.</summary>
    Failure,

    /// <summary>It failed like others before it, whose answers named a wait that this attempt, being under way, could not heed: no further cause.</summary>
    Echo,
}
