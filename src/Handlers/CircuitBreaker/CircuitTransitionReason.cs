namespace Handlers.CircuitBreaker;

/// <summary>Why a circuit changed its state.</summary>
internal enum CircuitTransitionReason : byte
{
    /// <summary>Closed → Open: <c>FailureThreshold</c> failures in a row.</summary>
    ConsecutiveFailures,

    /// <summary>Closed → Open: <c>FailureRatio</c> reached.</summary>
    FailureRatio,

    /// <summary>Open → HalfOpen: the break is over and a call became the first probe.</summary>
    BreakOver,

    /// <summary>HalfOpen → Open.</summary>
    ProbeFailed,

    /// <summary>HalfOpen → Closed: <c>SuccessThreshold</c> probes succeeded.</summary>
    Recovered,

    /// <summary>Any → Isolated, by hand.</summary>
    IsolatedByHand,

    /// <summary>Any → Closed, by hand.</summary>
    ResetByHand,
}
