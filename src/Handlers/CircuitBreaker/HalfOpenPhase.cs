namespace Handlers.CircuitBreaker;

/// <summary>One probe until the first success, then up to <c>HalfOpenMaxCalls</c> at once. Guarded by the circuit's lock.</summary>
internal sealed class HalfOpenPhase(TimeSpan since) : CircuitPhase(CircuitState.HalfOpen, since)
{
    // In the order of taking, so the first one is the oldest.
    private readonly List<(long Number, TimeSpan TakenAt)> _probes = [];
    private long _lastNumber;

    public int Successes;

    public int Free(TimeSpan now, CircuitSettings settings)
    {
        _probes.RemoveAll(probe => now - probe.TakenAt >= settings.ProbeTimeout);
        int atOnce = Successes == 0 ? 1 : settings.HalfOpenMaxCalls;
        return Math.Max(0, atOnce - _probes.Count);
    }

    public long Take(TimeSpan now)
    {
        _probes.Add((++_lastNumber, now));
        return _lastNumber;
    }

    /// <summary>Gives the slot back; nothing happens when it was reclaimed or given back before.</summary>
    public void Release(long number) => _probes.RemoveAll(probe => probe.Number == number);

    /// <summary>How long until the oldest probe's slot is reclaimed.</summary>
    public TimeSpan UntilReclaim(TimeSpan now, CircuitSettings settings) =>
        _probes is [var oldest, ..] ? oldest.TakenAt + settings.ProbeTimeout - now : TimeSpan.Zero;
}
