namespace Handlers;

/// <summary>One client's counters. A call that succeeds at once touches two of them.</summary>
internal sealed class ClientStats(Clock clock)
{
    private readonly LatencyHistogram _latency = new(clock);
    private long _calls;
    private long _failed;
    private long _cancelled;
    private long _extraAttempts;
    private long _retries;
    private long _usedUp;
    private long _rateLimited;
    private long _refused;
    private long _waits;
    private long _waited;

    public void Ended(Call call, CallOutcome outcome)
    {
        Interlocked.Increment(ref _calls);
        _latency.Add(call.Now - call.StartedAt, call.Now);
        if (call.Attempts != 1)
        {
            Interlocked.Add(ref _extraAttempts, call.Attempts - 1);
        }

        if (outcome == CallOutcome.Failed)
        {
            Interlocked.Increment(ref _failed);
            if (call.RetryDecision.IsUsedUp)
            {
                Interlocked.Increment(ref _usedUp);
            }
        }
        else if (outcome == CallOutcome.Cancelled)
        {
            Interlocked.Increment(ref _cancelled);
        }
    }

    public void Retried() => Interlocked.Increment(ref _retries);

    public void RateLimited() => Interlocked.Increment(ref _rateLimited);

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Waited(TimeSpan wait)
    {
        Interlocked.Increment(ref _waits);
        Interlocked.Add(ref _waited, wait.Ticks);
    }

    public ClientSnapshot Snapshot(string client, string? provider, bool enabled)
    {
        // Parts before the whole: a call that ends meanwhile must not make the difference negative.
        long failed = Interlocked.Read(ref _failed);
        long cancelled = Interlocked.Read(ref _cancelled);
        long extra = Interlocked.Read(ref _extraAttempts);
        long calls = Interlocked.Read(ref _calls);
        long now = clock.Now;
        return new ClientSnapshot
        {
            Client = client,
            Provider = provider,
            Enabled = enabled,
            Calls = calls,
            Succeeded = calls - failed - cancelled,
            Failed = failed,
            Cancelled = cancelled,
            Attempts = calls + extra,
            Retries = Interlocked.Read(ref _retries),
            RetriesUsedUp = Interlocked.Read(ref _usedUp),
            RateLimited = Interlocked.Read(ref _rateLimited),
            Refused = Interlocked.Read(ref _refused),
            Waits = Interlocked.Read(ref _waits),
            Waited = TimeSpan.FromTicks(Interlocked.Read(ref _waited)),
            P50 = _latency.Percentile(0.50, now),
            P99 = _latency.Percentile(0.99, now),
        };
    }
}
