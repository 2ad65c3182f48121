namespace Handlers;

/// <summary>What one client has done: counters of our own for snapshots, and the instruments for whoever listens. A call that succeeds at once touches two counters.</summary>
internal sealed class ClientStats(string client, Clock clock, CallMeter meter)
{
    private readonly OperationSet _operations = new();
    private readonly LatencyHistogram _latency = new(clock);
    private long _calls;
    private long _failed;
    private long _cancelled;
    private long _extraAttempts;
    private long _retries;
    private long _usedUp;
    private long _rateLimited;
    private long _refused;
    private long _cacheHits;
    private long _cacheRevalidated;
    private long _cacheMisses;
    private long _replayed;
    private long _fallbacks;
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
        else if (call.Key is { IsReplayed: true })
        {
            Interlocked.Increment(ref _replayed);
            meter.Replayed(client);
        }

        if (call.CacheStatus is not null)
        {
            Cached(CacheResults.Of(call.CacheStatus));
        }

        meter.Ended(call, outcome, _operations);
    }

    /// <summary>Attempts that no call counts as its own, because the one that they were begun for has left.</summary>
    public void SentForOthers(int attempts) => Interlocked.Add(ref _extraAttempts, attempts);

    public void Retried(Judgement outcome)
    {
        Interlocked.Increment(ref _retries);
        meter.Retried(client, outcome);
    }

    public void RateLimited(Call call, Judgement outcome)
    {
        Interlocked.Increment(ref _rateLimited);
        meter.RateLimited(call, outcome);
    }

    /// <summary>An attempt was refused here.</summary>
    public void Refused(string reason)
    {
        Interlocked.Increment(ref _refused);
        meter.Refused(client, reason);
    }

    /// <summary>Somebody else answered.</summary>
    public void FellBack()
    {
        Interlocked.Increment(ref _fallbacks);
        meter.FellBack(client);
    }

    public void Waited(TimeSpan waited, bool atGate)
    {
        Interlocked.Increment(ref _waits);
        Interlocked.Add(ref _waited, waited.Ticks);
        meter.Waited(client, waited, atGate);
    }

    public ClientSnapshot Snapshot(string? provider, bool enabled)
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
            CacheHits = Interlocked.Read(ref _cacheHits),
            CacheRevalidated = Interlocked.Read(ref _cacheRevalidated),
            CacheMisses = Interlocked.Read(ref _cacheMisses),
            Replayed = Interlocked.Read(ref _replayed),
            Fallbacks = Interlocked.Read(ref _fallbacks),
            Waits = Interlocked.Read(ref _waits),
            Waited = TimeSpan.FromTicks(Interlocked.Read(ref _waited)),
            P50 = _latency.Percentile(0.50, now),
            P99 = _latency.Percentile(0.99, now),
        };
    }

    private void Cached(CacheResult result)
    {
        switch (result)
        {
            case CacheResult.None:
                return;
            case CacheResult.Miss:
                Interlocked.Increment(ref _cacheMisses);
                break;
            case CacheResult.Revalidated:
                Interlocked.Increment(ref _cacheRevalidated);
                break;
            default:
                Interlocked.Increment(ref _cacheHits);
                break;
        }

        meter.Cached(client, result);
    }
}
