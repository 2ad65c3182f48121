namespace Handlers.Quotas;

/// <summary>All that waits in one account: the queues of its quotas and the one timer. Made when the first call has to wait. Guarded by the account's lock.</summary>
internal sealed class WaitLine : IDisposable
{
    private readonly QuotaAccount _account;
    private readonly LedgerClock _clock;
    private readonly List<WaitQueue> _queues = [];
    private ITimer? _timer;
    private long _armedFor = Limit.Never;
    private long _firstGiveUp = Limit.Never;
    private long _order;
    private ulong _claimed;

    public WaitLine(QuotaAccount account, LedgerClock clock)
    {
        _account = account;
        _clock = clock;
    }

    public int Count { get; private set; }

    /// <summary>Whether a newcomer overtakes nobody: its own queue is empty, and nobody waits for one of its quotas to fill up.</summary>
    public bool LetsPassNeedsLock(Quota home, ulong mask) => Count == 0 || (home.Queue is null or { Count: 0 } && (mask & _claimed) == 0);

    /// <summary>What stands before a newcomer at <paramref name="quota"/>: its own queue, and those of other queues that wait for the same.</summary>
    public Load AheadNeedsLock(Quota home, Quota quota)
    {
        Load ahead = home.Queue?.Load ?? default;
        foreach (WaitQueue queue in _queues)
        {
            if (!ReferenceEquals(queue, home.Queue) && (queue.BlockedBy & quota.Bit) != 0)
            {
                ahead.Count += queue.Load.Count;
                ahead.Cost = new Cost(
                    ahead.Cost.Requests + queue.Load.Cost.Requests, ahead.Cost.Tokens + queue.Load.Cost.Tokens,
                    ahead.Cost.Points + queue.Load.Cost.Points, ahead.Cost.Bytes + queue.Load.Cost.Bytes);
            }
        }

        return ahead;
    }

    public void AddNeedsLock(Waiter waiter)
    {
        waiter.Order = _order++;
        WaitQueue queue = waiter.Home.Queue ??= new WaitQueue();
        if (queue.Count == 0)
        {
            queue.BlockedBy = 0;
            _queues.Add(queue);
        }

        queue.Add(waiter);
        Count++;
        _firstGiveUp = Math.Min(_firstGiveUp, waiter.GiveUpAt);
    }

    public void RemoveNeedsLock(Waiter waiter)
    {
        WaitQueue queue = waiter.Home.Queue!;
        queue.Remove(waiter);
        Count--;
        if (queue.Count == 0)
        {
            _queues.Remove(queue);
        }
    }

    /// <summary>Refuses those whom a gate that has just closed lets out too late.</summary>
    public Waiter? RefuseHopelessNeedsLock(Quota closed, long now)
    {
        Gate gate = closed.Gate!;
        return RefuseNeedsLock(w => (w.Mask & closed.Bit) != 0 && (gate.IsExhausted || w.GiveUpAt < gate.ClosedUntil), now, ended: null);
    }

    /// <summary>
    /// Lets go whoever can, in order of arrival over all queues, and arms the timer for the next. A first in its queue that cannot go holds up its own queue,
    /// and claims the quotas that it waits for longest: those behind it in other queues may not empty them again and again.
    /// </summary>
    /// <returns>Those whose wait has ended, linked; to be completed outside of the lock.</returns>
    public Waiter? PumpNeedsLock(long now, Waiter? ended)
    {
        _claimed = 0;
        if (now >= _firstGiveUp)
        {
            ended = RefuseNeedsLock(w => w.GiveUpAt <= now, now, ended);
        }

        foreach (WaitQueue queue in _queues)
        {
            queue.IsBlocked = false;
        }

        long wakeAt = _firstGiveUp;
        while (EarliestNeedsLock() is { } first)
        {
            long fitsAt = _account.FitsAtNeedsLock(first.Mask, first.Charge, now, out ulong last);
            AuthorityGate? authority = null;
            if (fitsAt <= now && (first.Mask & _claimed) == 0)
            {
                authority = _account.AuthorityOf(first.Authority);
                if (authority is null || authority.TryTake(_account, now, out fitsAt))
                {
                    RemoveNeedsLock(first);
                    first.GrantNeedsLock(_account.TakeNeedsLock(first.Mask, first.Charge, authority, now));
                    first.Next = ended;
                    ended = first;
                    continue;
                }
            }

            WaitQueue queue = first.Home.Queue!;
            queue.IsBlocked = true;
            queue.BlockedBy = last | (first.Mask & _claimed);
            _claimed |= last;
            if (fitsAt > now)
            {
                wakeAt = Math.Min(wakeAt, fitsAt);
            }
        }

        ArmNeedsLock(wakeAt, now);
        return ended;
    }

    public void Dispose() => _timer?.Dispose();

    private Waiter? EarliestNeedsLock()
    {
        Waiter? earliest = null;
        long order = long.MaxValue;
        foreach (WaitQueue queue in _queues)
        {
            if (!queue.IsBlocked && queue.First is { } first && first.Order < order)
            {
                earliest = first;
                order = first.Order;
            }
        }

        return earliest;
    }

    private Waiter? RefuseNeedsLock(Predicate<Waiter> hopeless, long now, Waiter? ended)
    {
        long firstGiveUp = Limit.Never;
        for (int i = _queues.Count - 1; i >= 0; i--)
        {
            for (Waiter? waiter = _queues[i].First; waiter is not null;)
            {
                Waiter? next = waiter.Next;
                if (hopeless(waiter))
                {
                    QuotaRefusal refusal = _account.MissedNeedsLock(waiter, now);
                    RemoveNeedsLock(waiter);
                    waiter.RefuseNeedsLock(refusal);
                    waiter.Next = ended;
                    ended = waiter;
                }
                else
                {
                    firstGiveUp = Math.Min(firstGiveUp, waiter.GiveUpAt);
                }

                waiter = next;
            }
        }

        _firstGiveUp = firstGiveUp;
        return ended;
    }

    private void ArmNeedsLock(long wakeAt, long now)
    {
        if (wakeAt == _armedFor)
        {
            return;
        }

        _armedFor = wakeAt;
        TimeSpan due = Timeout.InfiniteTimeSpan;
        if (wakeAt != Limit.Never)
        {
            // Timers count whole milliseconds and fire early: rounded up, and the pump looks at the clock again.
            long milliseconds = Math.Max(1, (wakeAt - now + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
            due = TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)TimeSpan.FromDays(30).TotalMilliseconds));
        }

        if (_timer is null)
        {
            _timer = _clock.Provider.CreateTimer(static line => ((WaitLine)line!).Wake(), this, due, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private void Wake()
    {
        lock (_account.Sync)
        {
            _armedFor = Limit.Never;
        }

        _account.Pump();
    }
}
