namespace Handlers.CircuitBreaker;

/// <summary>Calls pass; failures are counted without a lock unless a ramp is running.</summary>
internal sealed class ClosedPhase(TimeSpan since, Ramp? ramp, FailureWindow? window) : CircuitPhase(CircuitState.Closed, since)
{
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
        if (Window is not { } window || settings.FailureRatio is not { } ratio)
        {
            return failures >= settings.FailureThreshold;
        }

        window.Add(now, failed: true);
        (long failed, long total) = window.Totals(now);
        return total >= settings.MinimumThroughput && failed >= ratio * total;
    }
}
