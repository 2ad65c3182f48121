namespace Handlers.Quotas;

/// <summary>
/// What an account has beyond itself: the quotas of resources, the lanes of calls, and in which of them somebody waits for the one timer. An account that meters
/// all its calls together and keeps nobody waiting has none of it. Guarded by the account's lock; the arrays are replaced, never changed, and read without it.
/// </summary>
internal sealed class Lanes : IDisposable
{
    private const int MaxLanes = 64;
    private const int MaxObserved = 256;

    private const long LookEvery = TimeSpan.TicksPerSecond / 10;
    private const long LookTime = 250;

    private readonly QuotaAccount _account;
    private readonly LedgerClock _clock;
    private readonly List<Lane> _waiting = [];
    private ResourceQuota[] _quotas = [];
    private Lane[] _lanes = [];
    private int _version;
    private ITimer? _timer;
    private long _armedFor = Limit.Never;
    private long _firstGiveUp = Limit.Never;
    private long _order;
    private int _look;

    // Whether answers have changed what those who wait can expect, and when that is looked at again: not with every answer.
    private bool _isLookDue;
    private bool _isNews;
    private long _nextLook;
    private AnswerTimes _times;

    public Lanes(QuotaAccount account, LedgerClock clock)
    {
        _account = account;
        _clock = clock;
    }

    /// <summary>How long the account's attempts take.</summary>
    public ref AnswerTimes Times => ref _times;

    /// <summary>How many wait.</summary>
    public int Count { get; private set; }

    public ReadOnlySpan<ResourceQuota> Quotas => Volatile.Read(ref _quotas);

    /// <summary>The lane of a shape as the account's quotas are now; null when it has to be made or refreshed. Needs no lock.</summary>
    public Lane? Find(QuotaShape shape)
    {
        int version = Volatile.Read(ref _version);
        foreach (Lane lane in Volatile.Read(ref _lanes))
        {
            if (ReferenceEquals(lane.Shape, shape))
            {
                return lane.Version == version ? lane : null;
            }
        }

        return null;
    }

    public Lane AddNeedsLock(QuotaShape shape, long now)
    {
        if (Array.Find(_lanes, l => ReferenceEquals(l.Shape, shape)) is { } known)
        {
            return FreshNeedsLock(known);
        }

        foreach ((ResourcePolicy policy, string resource, QuotaStart start) in shape.Resources)
        {
            if (policy.Limits.Length > 0 || start != QuotaStart.Free)
            {
                FindOrAddNeedsLock(resource, start, now).ConfigureNeedsLock(policy, _clock, now);
            }
            else
            {
                // An edit may have taken its limits away.
                Array.Find(_quotas, q => q.Resource == resource)?.ConfigureNeedsLock(policy, _clock, now);
            }
        }

        // Reloads and endlessly many kinds of calls leave lanes behind; those that nobody waits in can be made again.
        Lane[] kept = _lanes.Length < MaxLanes ? _lanes : Array.FindAll(_lanes, l => l.Queue.Count > 0);
        Lane lane = FreshNeedsLock(new Lane(shape));
        Volatile.Write(ref _lanes, [.. kept, lane]);
        return lane;
    }

    /// <summary>A lane as the account's quotas are now: one that came into being since may hold back who was waiting already.</summary>
    public Lane FreshNeedsLock(Lane lane)
    {
        if (lane.Version != _version)
        {
            lane.RefreshNeedsLock(Array.FindAll(_quotas, q => lane.Shape.Resources.Any(r => r.Resource == q.Resource)), _version);
        }

        return lane;
    }

    public ResourceQuota FindOrAddNeedsLock(string resource, QuotaStart start, long now)
    {
        if (Array.Find(_quotas, q => q.Resource == resource) is { } found)
        {
            return found;
        }

        var quota = new ResourceQuota(_account, resource);
        if (start == QuotaStart.FirstAnswer)
        {
            quota.AwaitFirstAnswerNeedsLock(now);
        }
        else if (start == QuotaStart.Slow && _account.Limits is null)
        {
            quota.StartSlowlyNeedsLock(now);
        }

        Volatile.Write(ref _quotas, [.. _quotas, quota]);
        Volatile.Write(ref _version, _version + 1);
        return quota;
    }

    /// <summary>The quota that an answer speaks of; null when there are more of them than any provider has.</summary>
    public ResourceQuota? ObservedNeedsLock(string resource, long now)
    {
        foreach (ResourceQuota quota in _quotas)
        {
            if (quota.Resource == resource)
            {
                return quota;
            }
        }

        return _quotas.Length < MaxObserved ? FindOrAddNeedsLock(resource, QuotaStart.Free, now) : null;
    }

    public bool IsForgettableNeedsLock(long now) => Count == 0 && Array.TrueForAll(_quotas, q => q.IsForgettableNeedsLock(now));

    /// <summary>Whether a newcomer overtakes nobody: nobody waits in its lane, and nobody waits for one of its quotas to fill up.</summary>
    public bool LetsPassNeedsLock(Lane? lane) => Count == 0 || ((lane is null || lane.Queue.Count == 0) && !IsClaimed(lane));

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
        foreach (Lane lane in _waiting)
        {
            if (!ReferenceEquals(lane, own) && ReferenceEquals(lane.BlockedBy, quota))
            {
                beside.Add(lane.Queue.Ahead(priority));
            }
        }

        return beside;
    }

    /// <summary>Who waits in lanes that are charged to a quota; null for all.</summary>
    public WaitingCount WaitingForNeedsLock(Quota? quota)
    {
        WaitingCount waiting = default;
        foreach (Lane lane in _waiting)
        {
            waiting += quota is null || lane.Uses(quota) ? lane.Queue.CountByPriority : default;
        }

        return waiting;
    }

    /// <summary>Looks at everybody who waits.</summary>
    public void ForEachNeedsLock(LookAt look)
    {
        foreach (Lane lane in _waiting)
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
            _waiting.Add(waiter.Lane);
        }

        waiter.Lane.Queue.Add(waiter);
        Count++;
        _firstGiveUp = Math.Min(_firstGiveUp, waiter.GiveUpAt);
    }

    public void DequeueNeedsLock(Waiter waiter, bool goes)
    {
        waiter.Lane.Queue.Remove(waiter, goes);
        Count--;
        if (waiter.Lane.Queue.Count == 0)
        {
            _waiting.Remove(waiter.Lane);
        }
    }

    /// <summary>Refuses those whom a gate that has just closed lets out too late.</summary>
    public Waiter? RefuseHopelessNeedsLock(Quota closed, long now)
    {
        Gate gate = closed.Gate!;
        return RefuseNeedsLock(
            (Waiter w, in Turn turn) => FreshNeedsLock(w.Lane).Uses(closed) && (gate.IsExhausted || w.GiveUpAt < gate.ClosedUntil) ? _account.MissedNeedsLock(w, turn, now) : null,
            ended: null);
    }

    /// <summary>Takes over for all quotas what a client's configuration says now.</summary>
    public void ConfigureNeedsLock(QuotaPolicy policy, long now)
    {
        foreach (ResourceQuota quota in _quotas)
        {
            if (quota.IsKnownToNeedsLock(policy.Client))
            {
                quota.ConfigureNeedsLock(policy.For(quota.Resource), _clock, now);
            }
        }

        ConfiguredNeedsLock();
    }

    /// <summary>Limits were configured: the next look at the queues asks of everybody whether he can still be served.</summary>
    public void ConfiguredNeedsLock() => _isNews = Count > 0;

    /// <summary>Refuses those of whom the latest answers say that they wait in vain.</summary>
    /// <param name="now">Now.</param>
    /// <param name="isNews">A limit has become known, or is another one: everybody is looked at, those who have all the time too.</param>
    /// <param name="ended">Those whose wait has ended already.</param>
    public Waiter? RefuseHopelessNeedsLock(long now, bool isNews, Waiter? ended)
    {
        if (Count == 0 || (!isNews && _firstGiveUp == Limit.Never))
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
        _nextLook = now + Math.Max(LookEvery, Count * LookTime);
        return RefuseHopelessNeedsLock(now, ended);
    }

    /// <summary>
    /// Lets go whoever can, by priority and then in order of arrival over all lanes, and arms the timer for the next. A first in its lane that cannot go holds up its own lane,
    /// and claims the quota that it waits for longest: those who came later may not empty it again and again.
    /// </summary>
    /// <returns>Those whose wait has ended, linked; to be completed outside of the lock.</returns>
    public Waiter? PumpNeedsLock(long now, Waiter? ended)
    {
        if (Count == 0 && _armedFor == Limit.Never)
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

        foreach (Lane lane in _waiting)
        {
            lane.IsBlocked = false;
        }

        long wakeAt = Count == 0 ? Limit.Never : _isLookDue ? Math.Min(_firstGiveUp, _nextLook) : _firstGiveUp;
        while (EarliestNeedsLock() is { } first)
        {
            Lane lane = FreshNeedsLock(first.Lane);
            Charge charge = _account.PricedNeedsLock(lane, first.Charge, first.Operation);
            long fitsAt = _account.FitsAtNeedsLock(lane, charge, now, out Quota? last);
            QuotaPolicy policy = lane.Shape.Policy;
            if (fitsAt <= now && first.Priority >= policy.YieldsFrom && lane.Queue.Rank != 0)
            {
                // It yields to calls to come, and claims nothing; one that was passed over for too long does not yield.
                fitsAt = _account.YieldsUntilNeedsLock(lane, charge, first.Priority, policy.Reserve, now);
            }

            if (fitsAt <= now && !IsClaimed(lane))
            {
                AuthorityGate? authority = _account.AuthorityOf(first.Authority);
                if (authority is null || authority.TryTake(_account, now, out fitsAt))
                {
                    DequeueNeedsLock(first, goes: true);

                    // One that goes into the reserve at once passes nobody over: the others may not have it.
                    if (policy.Reserve.Percent <= 0 || first.Since < now)
                    {
                        PassOverNeedsLock(first.Priority);
                    }

                    Grant grant = default;
                    _account.TakeNeedsLock(ref grant, lane, charge, first.Operation, authority, now, first.Priority);
                    first.GrantNeedsLock(grant);
                    first.Next = ended;
                    ended = first;
                    continue;
                }
            }

            lane.IsBlocked = true;
            lane.BlockedBy = last;
            if (last is not null)
            {
                last.ClaimedIn = _look;
            }

            if (fitsAt > now)
            {
                wakeAt = Math.Min(wakeAt, fitsAt);
            }
        }

        ArmNeedsLock(wakeAt, now);
        return ended;
    }

    public void DisarmedNeedsLock() => _armedFor = Limit.Never;

    public void Dispose() => _timer?.Dispose();

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
        foreach (Lane lane in _waiting)
        {
            if (!lane.IsBlocked && lane.Queue is { First: { } first, Rank: var its } && (its < rank || (its == rank && first.Order < earliest!.Order)))
            {
                earliest = first;
                rank = its;
            }
        }

        return earliest;
    }

    private void PassOverNeedsLock(CallPriority priority)
    {
        foreach (Lane lane in _waiting)
        {
            lane.Queue.PassOver(priority);
        }
    }

    // Apart, because a lambda's captured variables are allocated when their method begins.
    private Waiter? RefuseLateNeedsLock(long now, Waiter? ended) =>
        RefuseNeedsLock((Waiter w, in Turn turn) => w.GiveUpAt <= now ? _account.MissedNeedsLock(w, turn, now) : null, ended);

    private Waiter? RefuseHopelessNeedsLock(long now, Waiter? ended) =>
        RefuseNeedsLock((Waiter w, in Turn turn) => _account.HopelessNeedsLock(w, turn, now), ended);

    private Waiter? RefuseNeedsLock(WaitJudgement judge, Waiter? ended)
    {
        long firstGiveUp = Limit.Never;
        for (int i = _waiting.Count - 1; i >= 0; i--)
        {
            _waiting[i].Queue.ForEach((Waiter waiter, in Turn turn) =>
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
            _timer = _clock.Provider.CreateTimer(static account => ((QuotaAccount)account!).Wake(), _account, due, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }
}
