namespace Handlers.Quotas;

/// <summary>The gate of an upstream as a whole, over all accounts: closed by a 5xx that said when to come again. Its lock is taken inside an account's, never around it.</summary>
internal sealed class AuthorityGate(string authority)
{
    // Longer than a reopening takes where anybody calls.
    private static readonly long Memory = TimeSpan.FromMinutes(1).Ticks;

    private readonly Lock _lock = new();
    private HashSet<QuotaAccount> _waiting = [];
    private Gate? _gate;
    private bool _isForgotten;

    public string Authority { get; } = authority;

    /// <summary>The tick until which it is closed, and why; nothing when it is not.</summary>
    public (long Until, string Why)? Closed(long now)
    {
        lock (_lock)
        {
            return _gate is { } gate && gate.ClosedUntil > now ? (gate.ClosedUntil, gate.Why) : null;
        }
    }

    /// <summary>Closes the gate; false when it has been forgotten, and another one has to be closed.</summary>
    public bool TryClose(long until, long now, string why)
    {
        lock (_lock)
        {
            if (_isForgotten)
            {
                return false;
            }

            if (_gate is null)
            {
                _gate = Gate.Closed(until, exhausted: false, ramps: true, why);
            }
            else
            {
                _gate.Close(until, now, exhausted: false, ramps: true, why);
            }

            return true;
        }
    }

    /// <summary>Marks the gate as forgotten if nobody waits at it and it has been open for a while.</summary>
    public bool TryForget(long now)
    {
        lock (_lock)
        {
            _isForgotten |= _waiting.Count == 0 && (_gate is null || now - _gate.ClosedUntil > Memory);
            return _isForgotten;
        }
    }

    /// <summary>Takes a place if there is one; else tells when, and remembers who asks.</summary>
    public bool TryTake(QuotaAccount account, long now, out long fitsAt)
    {
        lock (_lock)
        {
            if (_gate is null)
            {
                fitsAt = now;
                return true;
            }

            if (_gate.IsOpen(now))
            {
                _gate = null;
                fitsAt = now;
                return true;
            }

            fitsAt = _gate.FitsAt(now);
            if (fitsAt <= now)
            {
                _gate.Take(now);
                return true;
            }

            _waiting.Add(account);
            return false;
        }
    }

    /// <summary>An attempt that had a place was not sent: whoever waits may take it.</summary>
    public void Return(long takenAt)
    {
        HashSet<QuotaAccount>? waiting;
        lock (_lock)
        {
            _gate?.Return(takenAt);
            waiting = TakeWaitingNeedsLock();
        }

        Pump(waiting);
    }

    /// <summary>An attempt through this gate was answered: whoever waits may go on because of it.</summary>
    public void Settle(long takenAt, bool accepted)
    {
        HashSet<QuotaAccount>? waiting;
        lock (_lock)
        {
            _gate?.Settle(takenAt, accepted);
            waiting = TakeWaitingNeedsLock();
        }

        Pump(waiting);
    }

    // Outside of the lock, which is taken inside an account's.
    private static void Pump(HashSet<QuotaAccount>? waiting)
    {
        if (waiting is null)
        {
            return;
        }

        foreach (QuotaAccount account in waiting)
        {
            account.Pump();
        }
    }

    private HashSet<QuotaAccount>? TakeWaitingNeedsLock()
    {
        if (_waiting.Count == 0)
        {
            return null;
        }

        HashSet<QuotaAccount> waiting = _waiting;
        _waiting = [];
        return waiting;
    }
}
