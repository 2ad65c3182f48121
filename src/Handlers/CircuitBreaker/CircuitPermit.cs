namespace Handlers.CircuitBreaker;

/// <summary>
/// The right to send one attempt. It names the phase that issued it, so that its result counts there or nowhere. The default value is
/// "no permit": recording it does nothing.
/// </summary>
internal readonly struct CircuitPermit(CircuitPhase phase, long mark)
{
    /// <summary>The generation: phases are never reused, so identity is enough.</summary>
    internal CircuitPhase? Phase { get; } = phase;

    /// <summary>What the phase wants back with the result: the attempt's number, the probe's, or the ramp's.</summary>
    internal long Mark { get; } = mark;

    public bool IsProbe => Phase is HalfOpenPhase;

    public bool IsNone => Phase is null;
}
