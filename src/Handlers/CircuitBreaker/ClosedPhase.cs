namespace Handlers.CircuitBreaker;

/// <summary>Calls pass; failures are counted without a lock unless a ramp is running.</summary>
/// <remarks>
/// Results come in the order in which attempts end, and failing is often quicker: of 40 attempts a second of which a third fails at once and the others take two
/// seconds to succeed, the first twenty results are failures. They are failures in a row only when those that left beside them have ended too. So where more than
/// a few of those that left before the latest failure are still under way, the circuit waits for them: for as long as a success may take, and no longer, because
/// an upstream may hang as well.
/// </remarks>
internal sealed class ClosedPhase(TimeSpan since, Ramp? ramp, FailureWindow? window, CircuitCounts counts) : CircuitPhase(CircuitState.Closed, since)
{
    // So few under way prove nothing: where three in ten fail, ten of twelve fail once in five thousand times.
    private const int FewUnderWay = 2;
    private const int FailuresPerUnderWay = 4;

    private readonly long _firstNumber = Interlocked.Read(ref counts.Accepted);
    private readonly long _endedBefore = counts.Ended;
    private TimeSpan _failingSince;

    public volatile Ramp? Ramp = ramp;

    /// <summary>Kept in ratio mode only.</summary>
    public volatile FailureWindow? Window = window;

    public void Succeeded(TimeSpan now)
    {
        Window?.Add(now, failed: false);

        // Reading first keeps the cache line shared between cores as long as nothing fails.
        if (Volatile.Read(ref Failures) != 0)
        {
            Volatile.Write(ref Failures, 0);
        }
    }

    /// <summary>Counts one failure and says whether that is too many.</summary>
    public bool Failed(TimeSpan now, CircuitSettings settings)
    {
        int failures = Interlocked.Increment(ref Failures);
        if (failures == 1)
        {
            _failingSince = now;
        }

        if (Window is not { } window || settings.FailureRatio is not { } ratio)
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
    public bool MayBeMerelyQuick(long number, TimeSpan now, CircuitSettings settings) =>
        UnderWay(number) > Math.Max(FewUnderWay, Failures / FailuresPerUnderWay) && now - _failingSince < settings.Patience(counts.Slowest);

    /// <summary>How many of those that left before this one have not ended. A ramp numbers them otherwise, and lets few pass beside them.</summary>
    private long UnderWay(long number) => Ramp is { } ramp
        ? ramp.UnderWay
        : Math.Min(number, Interlocked.Read(ref counts.Accepted)) - _firstNumber - (counts.Ended - _endedBefore);
}
