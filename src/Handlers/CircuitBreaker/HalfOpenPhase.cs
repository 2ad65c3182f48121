namespace Handlers.CircuitBreaker;

/// <summary>One probe until the first success, then up to <c>HalfOpenMaxCalls</c> at once.</summary>
internal sealed class HalfOpenPhase(TimeSpan since) : CircuitPhase(CircuitState.HalfOpen, since)
{
    private static readonly TimeSpan ShortestHint = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHint = TimeSpan.FromSeconds(1);

    // In the order of taking, so the first one is the oldest.
    private readonly List<(long Number, TimeSpan TakenAt)> _probes = [];
    private long _lastNumber;
    private int _successes;

    /// <summary>A probe has succeeded.</summary>
    public bool HasServed => _successes > 0;

    public override bool LetsPass(Urgency urgency, CircuitSettings settings, TimeSpan now, out TimeSpan? retryAfter)
    {
        bool isFree = Free(now, settings) > 0;
        retryAfter = isFree ? null : Hint(now, settings);
        return isFree;
    }

    public override long Take(long number, TimeSpan now)
    {
        _probes.Add((++_lastNumber, now));
        return _lastNumber;
    }

    /// <remarks>Gives the slot back; it may have been reclaimed before.</remarks>
    public override CircuitTransitionReason? Record(long mark, CircuitSignal signal, CircuitSettings settings, TimeSpan now)
    {
        _probes.RemoveAll(probe => probe.Number == mark);
        switch (signal)
        {
            case CircuitSignal.Success:
                _successes++;
                return _successes >= settings.SuccessThreshold ? CircuitTransitionReason.Recovered : null;
            case CircuitSignal.Failure:
            case CircuitSignal.Echo:
                Failures++;
                return CircuitTransitionReason.ProbeFailed;
            default:
                return null;
        }
    }

    public override int? Free(TimeSpan now, CircuitSettings settings)
    {
        _probes.RemoveAll(probe => now - probe.TakenAt >= settings.ProbeTimeout);
        int atOnce = _successes == 0 ? 1 : settings.HalfOpenMaxCalls;
        return Math.Max(0, atOnce - _probes.Count);
    }

    // How long a probe takes is not known; a tenth of the break is short beside the wait the caller has behind it. The oldest one's slot is reclaimed in time.
    private TimeSpan Hint(TimeSpan now, CircuitSettings settings)
    {
        TimeSpan hint = settings.BreakDuration / 10;
        hint = hint < ShortestHint ? ShortestHint : hint > LongestHint ? LongestHint : hint;
        TimeSpan reclaim = _probes is [var oldest, ..] ? oldest.TakenAt + settings.ProbeTimeout - now : TimeSpan.Zero;
        return reclaim < hint ? reclaim : hint;
    }
}
