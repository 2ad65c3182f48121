namespace Handlers.CircuitBreaker;

/// <summary>
/// The right to send one attempt. It names the phase that issued it, so that its result counts there or nowhere. The default value is
/// "no permit": recording it does nothing.
/// </summary>
internal readonly struct CircuitPermit(CircuitPhase phase, long probe)
{
    /// <summary>The generation: phases are never reused, so identity is enough.</summary>
    internal CircuitPhase? Phase { get; } = phase;

    /// <summary>The number of the probe, 0 for a call through a closed circuit.</summary>
    internal long Probe { get; } = probe;

    public bool IsProbe => Probe != 0;

    public bool IsNone => Phase is null;
}
