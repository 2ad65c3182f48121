namespace Handlers.Stress.Calls;

/// <summary>What the callers of one client saw: the other side of the monitor's sums.</summary>
internal sealed class CallerTally
{
    private long _calls;
    private long _succeeded;
    private long _attempts;
    private long _retries;
    private long _rateLimited;
    private long _refusedHere;
    private long _brokenBodies;

    public long Calls => Volatile.Read(ref _calls);

    public long Succeeded => Volatile.Read(ref _succeeded);

    public long Attempts => Volatile.Read(ref _attempts);

    public long Retries => Volatile.Read(ref _retries);

    public long RateLimited => Volatile.Read(ref _rateLimited);

    public long RefusedHere => Volatile.Read(ref _refusedHere);

    public long BrokenBodies => Volatile.Read(ref _brokenBodies);

    public void Ended(CallReport report, bool succeeded)
    {
        Interlocked.Increment(ref _calls);
        Interlocked.Add(ref _attempts, report.Attempts);
        Interlocked.Add(ref _retries, report.Retries);
        if (succeeded)
        {
            Interlocked.Increment(ref _succeeded);
        }

        foreach (CallAttempt attempt in report.History)
        {
            if (attempt.Verdict is VerdictKind.RateLimited or VerdictKind.QuotaExhausted)
            {
                Interlocked.Increment(ref _rateLimited);
            }
        }
    }

    public void RefusedBeforeSending() => Interlocked.Increment(ref _refusedHere);

    public void BodyBroke() => Interlocked.Increment(ref _brokenBodies);
}
