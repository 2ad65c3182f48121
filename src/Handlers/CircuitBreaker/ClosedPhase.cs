namespace Handlers.CircuitBreaker;

/// <summary>Calls pass; without a ramp, results below the threshold are counted without the lock.</summary>
/// <remarks>
/// Results come in the order in which attempts end, and failing is often quicker: of 40 attempts a second of which a third fails at once and the others take two
/// seconds to succeed, the first twenty results are failures. They are failures in a row only when those that left beside them have ended too. So where more than
/// a few of those that left before the latest failure are still under way, the circuit waits for them: for as long as a success may take, and no longer, because
/// an upstream may hang as well.
/// </remarks>
internal sealed class ClosedPhase : CircuitPhase
{
    // So few under way prove nothing: where three in ten fail, ten of twelve fail once in five thousand times.
    private const int FewUnderWay = 2;
    private const int FailuresPerUnderWay = 4;

    private readonly CircuitCounts _counts;
    private readonly Breaks _breaks;
    private readonly PastRuns _runs;
    private readonly long _firstNumber;
    private readonly long _endedBefore;
    private TimeSpan _failingSince;

    // Kept in ratio mode only.
    private volatile FailureWindow? _window;
    private volatile Ramp? _ramp;

    public ClosedPhase(TimeSpan since, Ramp? ramp, FailureWindow? window, CircuitCounts counts, Breaks breaks)
        : base(CircuitState.Closed, since)
    {
        _ramp = ramp;
        _window = window;
        _counts = counts;
        _breaks = breaks;
        _firstNumber = Interlocked.Read(ref counts.Accepted);
        _endedBefore = counts.Ended;
        _runs = new PastRuns(counts.Usual, Interlocked.Read(ref counts.Succeeded));
    }

    /// <summary>No ramp is running: everybody passes. Needs no lock.</summary>
    public bool IsWideOpen => _ramp is null;

    /// <summary>Results count within a window: they have to say when they came. Needs no lock.</summary>
    public bool IsTimed => _window is not null;

    public override bool LetsPass(Urgency urgency, CircuitSettings settings, TimeSpan now, out TimeSpan? retryAfter)
    {
        retryAfter = null;
        if (RampAt(now) is not { } ramp || ramp.HasRoom(urgency, now))
        {
            return true;
        }

        retryAfter = ramp.NextHint(urgency, now);
        return false;
    }

    public override long Take(long number, TimeSpan now)
    {
        Sent(now);
        return _ramp?.Take(now) ?? number;
    }

    public override CircuitTransitionReason? Record(long mark, CircuitSignal signal, CircuitSettings settings, TimeSpan now)
    {
        // The slot a result falls into is the one it arrives in, so the slots before it are judged first.
        RampAt(now)?.Note(signal, mark, now);
        switch (signal)
        {
            case CircuitSignal.Success:
                Succeeded(now);
                return null;
            case CircuitSignal.Echo when settings.FailureRatio is null:
                return null;
            case CircuitSignal.Failure or CircuitSignal.Echo when Failed(now, settings):
                if (settings.FailureRatio is not null)
                {
                    return CircuitTransitionReason.FailureRatio;
                }

                if (_ramp?.TakesTheBlame(Failures, now) == true)
                {
                    Failures = 0;
                    return null;
                }

                return _counts.Usual.Explains(Failures) || MayBeMerelyQuick(mark, now, settings) ? null : CircuitTransitionReason.ConsecutiveFailures;
            case CircuitSignal.Neutral:
                Ignored(now);
                return null;
            default:
                return null;
        }
    }

    public override int? Free(TimeSpan now, CircuitSettings settings) => null;

    /// <summary>Takes new settings over; a window of another length starts empty.</summary>
    public void Adjust(CircuitSettings settings)
    {
        if (settings.FailureRatio is null)
        {
            _window = null;
        }
        else if (_window?.Duration != settings.SamplingDuration)
        {
            _window = settings.NewWindow();
        }

        if (settings.RampDuration <= TimeSpan.Zero && _ramp is not null)
        {
            EndRamp();
        }
    }

    /// <summary>An attempt leaves. Needs no lock.</summary>
    public void Sent(TimeSpan now) => _window?.Sent(now);

    /// <summary>An attempt ended without saying anything about the upstream. Needs no lock.</summary>
    public void Ignored(TimeSpan now) => _window?.Ignored(now);

    /// <summary>Needs no lock.</summary>
    public void Succeeded(TimeSpan now)
    {
        _window?.Add(now, failed: false);

        // Reading first keeps the cache line shared between cores as long as nothing fails.
        if (Volatile.Read(ref Failures) != 0)
        {
            Volatile.Write(ref Failures, 0);
        }
    }

    /// <summary>The ramp that is running; one that has come to its end is a recovery that lasts.</summary>
    private Ramp? RampAt(TimeSpan now)
    {
        if (_ramp is { } ramp && !ramp.IsRunning(now))
        {
            EndRamp();
        }

        return _ramp;
    }

    private void EndRamp()
    {
        _ramp = null;
        _breaks.Recovered();

        // While it ran it knew better than anybody what came of the load.
        _runs.Skip(Interlocked.Read(ref _counts.Succeeded));
    }

    /// <summary>Counts one failure and says whether that is too many.</summary>
    private bool Failed(TimeSpan now, CircuitSettings settings)
    {
        int failures = Interlocked.Increment(ref Failures);
        if (failures == 1)
        {
            _failingSince = now;
        }

        if (_ramp is null)
        {
            _runs.Failed(failures, Interlocked.Read(ref _counts.Succeeded), settings.Patience(_counts.Slowest), now);
        }

        if (_window is not { } window || settings.FailureRatio is not { } ratio)
        {
            return failures >= settings.FailureThreshold;
        }

        window.Add(now, failed: true);
        (long failed, long ended, long sent) = window.Totals(now);
        return ended >= settings.MinimumThroughput && failed >= ratio * Math.Max(ended, sent);
    }

    /// <summary>Whether the failures in a row may be merely quicker than the successes to come.</summary>
    /// <param name="number">Which of the circuit's attempts has failed.</param>
    /// <param name="now">Now.</param>
    /// <param name="settings">For how long that is believed.</param>
    private bool MayBeMerelyQuick(long number, TimeSpan now, CircuitSettings settings) =>
        UnderWay(number) > Math.Max(FewUnderWay, Failures / FailuresPerUnderWay) && now - _failingSince < settings.Patience(_counts.Slowest);

    /// <summary>How many of those that left before this one have not ended. A ramp numbers them otherwise, and lets few pass beside them.</summary>
    private long UnderWay(long number) => _ramp is { } ramp
        ? ramp.UnderWay
        : Math.Min(number, Interlocked.Read(ref _counts.Accepted)) - _firstNumber - (_counts.Ended - _endedBefore);
}
