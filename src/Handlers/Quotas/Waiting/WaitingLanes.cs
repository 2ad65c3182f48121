namespace Handlers.Quotas;

/// <summary>The lanes of an account in which somebody waits: who of them goes next, and who waits in vain. Guarded by the account's lock.</summary>
internal sealed class WaitingLanes : IDisposable
{
    private const long LookEvery = TimeSpan.TicksPerSecond / 10;
    private const long LookTime = 250;

    private readonly QuotaAccount _account;
    private readonly Lanes _all;
    private readonly List<Lane> _lanes = [];
    private WakeTimer _timer;
    private int _count;
    private long _firstGiveUp = Limit.Never;
    private long _order;
    private int _look;

    // Whether answers have changed what those who wait can expect, and when that is looked at again: not with every answer.
    private bool _isLookDue;
    private bool _isNews;
    private long _nextLook;

    public WaitingLanes(QuotaAccount account, Lanes all)
    {
        _account = account;
        _all = all;
        _timer = new WakeTimer(account);
    }

    public bool IsEmpty => _count == 0;

    /// <summary>Whether a newcomer overtakes nobody: nobody waits in its lane, and nobody waits for one of its quotas to fill up.</summary>
    public bool LetsPassNeedsLock(Lane? lane) => IsEmpty || ((lane is null || lane.Queue.Count == 0) && !IsClaimed(lane));

    /// <summary>What stands before a newcomer at <paramref name="quota"/>: its own lane, and those lanes that wait for the same.</summary>
    public Load AheadNeedsLock(Lane? own, Quota quota, CallPriority priority, string? tenant, in Charge charge)
    {
        Load ahead = own is null ? default : own.Queue.Ahead(priority, tenant, charge);
        ahead.Add(BesideNeedsLock(own, quota, priority));
        return ahead;
    }

    /// <summary>What waits as urgently for <paramref name="quota"/> in other lanes than a call's own.</summary>
    public Load BesideNeedsLock(Lane? own, Quota quota, CallPriority priority)
    {
        Load beside = default;
        foreach (Lane lane in _lanes)
        {
            if (!ReferenceEquals(lane, own) && ReferenceEquals(lane.BlockedBy, quota))
            {
                beside.Add(lane.Queue.Ahead(priority));
            }
        }

        return beside;
    }

    /// <summary>Who waits in lanes that are charged to a quota; null for all.</summary>
    public WaitingCount CountNeedsLock(Quota? quota)
    {
        WaitingCount waiting = default;
        foreach (Lane lane in _lanes)
        {
            waiting += quota is null || lane.Uses(quota) ? lane.Queue.CountByPriority : default;
        }

        return waiting;
    }

    /// <summary>Looks at everybody who waits.</summary>
    public void ForEachNeedsLock(LookAt look)
    {
        foreach (Lane lane in _lanes)
        {
            lane.Queue.ForEach(look);
        }
    }

    public void EnqueueNeedsLock(Waiter waiter)
    {
        waiter.Order = _order++;
        if (waiter.Lane.Queue.Count == 0)
        {
            waiter.Lane.BlockedBy = null;
            _lanes.Add(waiter.Lane);
        }

        waiter.Lane.Queue.Add(waiter);
        _count++;
        _firstGiveUp = Math.Min(_firstGiveUp, waiter.GiveUpAt);
    }

    public void DequeueNeedsLock(Waiter waiter, bool goes)
    {
        waiter.Lane.Queue.Remove(waiter, goes);
        _count--;
        if (waiter.Lane.Queue.Count == 0)
        {
            _lanes.Remove(waiter.Lane);
        }
    }

    /// <summary>Refuses those whom a gate that has just closed lets out too late.</summary>
    public Waiter? RefuseHopelessNeedsLock(Quota closed, long now)
    {
        Gate gate = closed.Gate!;
        return RefuseNeedsLock(
            (Waiter w, in Turn turn) => _all.FreshNeedsLock(w.Lane).Uses(closed) && (gate.IsExhausted || w.GiveUpAt < gate.ClosedUntil) ? ForecastNeedsLock(now).Missed(w, turn) : null,
            ended: null);
    }

    /// <summary>Limits were configured: the next look at the queues asks of everybody whether he can still be served.</summary>
    public void ConfiguredNeedsLock() => _isNews = !IsEmpty;

    /// <summary>Refuses those of whom the latest answers say that they wait in vain.</summary>
    /// <param name="now">Now.</param>
    /// <param name="isNews">A limit has become known, or is another one: everybody is looked at, those who have all the time too.</param>
    /// <param name="ended">Those whose wait has ended already.</param>
    public Waiter? RefuseHopelessNeedsLock(long now, bool isNews, Waiter? ended)
    {
        if (IsEmpty || (!isNews && _firstGiveUp == Limit.Never))
        {
            return ended;
        }

        _isLookDue = !isNews && now < _nextLook;
        if (_isLookDue)
        {
            return ended;
        }

        _isNews = false;

        // So that looking costs a small part of the time, however many wait.
        _nextLook = now + Math.Max(LookEvery, _count * LookTime);
        return RefuseHopelessNeedsLock(now, ended);
    }

    /// <summary>
    /// Lets go whoever can, by priority and then in order of arrival over all lanes, and arms the timer for the next. A first in its lane that cannot go holds up its own lane,
    /// and claims the quota that it waits for longest: those who came later may not empty it again and again.
    /// </summary>
    /// <returns>Those whose wait has ended, linked; to be completed outside of the lock.</returns>
    public Waiter? PumpNeedsLock(long now, Waiter? ended)
    {
        if (IsEmpty && !_timer.IsSet)
        {
            return ended;
        }

        _look++;
        if (now >= _firstGiveUp)
        {
            ended = RefuseLateNeedsLock(now, ended);
        }

        if (_isNews || (_isLookDue && now >= _nextLook))
        {
            ended = RefuseHopelessNeedsLock(now, _isNews, ended);
        }

        foreach (Lane lane in _lanes)
        {
            lane.IsBlocked = false;
        }

        long wakeAt = IsEmpty ? Limit.Never : _isLookDue ? Math.Min(_firstGiveUp, _nextLook) : _firstGiveUp;
        while (EarliestNeedsLock() is { } first)
        {
            if (LetsGoNeedsLock(first, now, out long fitsAt))
            {
                first.Next = ended;
                ended = first;
            }
            else if (fitsAt > now)
            {
                wakeAt = Math.Min(wakeAt, fitsAt);
            }
        }

        _timer.Set(wakeAt, now);
        return ended;
    }

    /// <summary>The timer has fired: the next look sets it anew.</summary>
    public void WokenNeedsLock() => _timer.Fired();

    public void Dispose() => _timer.Dispose();

    private bool IsClaimed(Lane? lane)
    {
        for (var charged = new Charged(_account, lane, charge: default); charged.MoveNext();)
        {
            if (charged.Quota.ClaimedIn == _look)
            {
                return true;
            }
        }

        return false;
    }

    private Waiter? EarliestNeedsLock()
    {
        Waiter? earliest = null;
        int rank = int.MaxValue;
        foreach (Lane lane in _lanes)
        {
            if (!lane.IsBlocked && lane.Queue is { First: { } first, Rank: var its } && (its < rank || (its == rank && first.Order < earliest!.Order)))
            {
                earliest = first;
                rank = its;
            }
        }

        return earliest;
    }

    /// <summary>Lets the first of a lane go, or blocks the lane; <paramref name="fitsAt"/> is when it could, as far as that is known.</summary>
    private bool LetsGoNeedsLock(Waiter first, long now, out long fitsAt)
    {
        Lane lane = _all.FreshNeedsLock(first.Lane);
        Charge charge = first.Charge.PricedNeedsLock(_account, lane, first.Operation);
        fitsAt = new Charged(_account, lane, charge).FitsAtNeedsLock(now, out Quota? last);
        Reserve reserve = lane.Reserve;
        if (fitsAt <= now && first.Priority >= reserve.YieldsFrom && lane.Queue.Rank != 0)
        {
            // It yields to calls to come, and claims nothing; one that was passed over for too long does not yield.
            fitsAt = new Charged(_account, lane, charge).YieldsUntilNeedsLock(first.Priority, reserve, now);
        }

        AuthorityGate? authority = _account.Ledger.AuthorityOf(first.Authority);
        if (fitsAt > now || IsClaimed(lane) || authority?.TryTake(_account, now, out fitsAt) == false)
        {
            lane.IsBlocked = true;
            lane.BlockedBy = last;
            last?.ClaimedIn = _look;
            return false;
        }

        DequeueNeedsLock(first, goes: true);

        // One that goes into the reserve at once passes nobody over: the others may not have it.
        if (reserve.Percent <= 0 || first.Since < now)
        {
            PassOverNeedsLock(first.Priority);
        }

        Grant grant = default;
        _account.TakeNeedsLock(ref grant, lane, charge, first.Operation, authority, now, first.Priority);
        first.GrantNeedsLock(grant);
        return true;
    }

    private void PassOverNeedsLock(CallPriority priority)
    {
        foreach (Lane lane in _lanes)
        {
            lane.Queue.PassOver(priority);
        }
    }

    // Apart, because a lambda's captured variables are allocated when their method begins.
    private Waiter? RefuseLateNeedsLock(long now, Waiter? ended) =>
        RefuseNeedsLock((Waiter w, in Turn turn) => w.GiveUpAt <= now ? ForecastNeedsLock(now).Missed(w, turn) : null, ended);

    private Waiter? RefuseHopelessNeedsLock(long now, Waiter? ended) =>
        RefuseNeedsLock((Waiter w, in Turn turn) => ForecastNeedsLock(now).Hopeless(w, turn), ended);

    private Forecast ForecastNeedsLock(long now) => new(_account, _all, now);

    private Waiter? RefuseNeedsLock(WaitJudgement judge, Waiter? ended)
    {
        long firstGiveUp = Limit.Never;
        for (int i = _lanes.Count - 1; i >= 0; i--)
        {
            _lanes[i].Queue.ForEach((Waiter waiter, in Turn turn) =>
            {
                if (judge(waiter, turn) is not { } refusal)
                {
                    firstGiveUp = Math.Min(firstGiveUp, waiter.GiveUpAt);
                    return true;
                }

                DequeueNeedsLock(waiter, goes: false);
                waiter.RefuseNeedsLock(refusal);
                waiter.Next = ended;
                ended = waiter;
                return false;
            });
        }

        _firstGiveUp = firstGiveUp;
        return ended;
    }
}
