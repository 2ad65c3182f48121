using System.Diagnostics.CodeAnalysis;

namespace Handlers.Quotas;

/// <summary>The quotas of one account at one provider, under one lock, and the calls that wait for them. It is itself the quota that all its calls are charged to.</summary>
/// <remarks>
/// One lock for the account, not one per quota: a call takes from several quotas at once, all or nothing, and what it takes is compared with what others take
/// in the same quotas. One lock makes that atomic without an order of locks, and an attempt holds it for a hundred nanoseconds or two.
/// </remarks>
[SuppressMessage("Reliability", "CA2002:Do not lock on objects with weak identity", Justification = "Nobody outside of the ledger sees it, and a lock object costs a sixth of an idle account.")]
internal sealed partial class QuotaAccount : Quota
{
    private Lanes? _lanes;

    private int _underWay;

    public QuotaAccount(QuotaLedger ledger, string provider, string name, int hash)
    {
        Ledger = ledger;
        Provider = provider;
        Name = name;
        Hash = hash;
    }

    public QuotaLedger Ledger { get; }

    public string Provider { get; }

    public string Name { get; }

    public override QuotaAccount Account => this;

    public override string Resource => QuotaKey.AllResources;

    /// <summary>The next one in <see cref="AccountTable"/>.</summary>
    public QuotaAccount? NextInTable { get; set; }

    public int Hash { get; }

    /// <summary>It has left the ledger: whoever still holds it must look it up again.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Attempts that were granted and have not been answered.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>Its limits are spent evenly.</summary>
    public bool IsSmooth { get; private set; }

    private LedgerClock Clock => Ledger.Clock;

    /// <summary>What is known about its answers; nothing while nobody has ever waited, for then nobody needs it.</summary>
    private AnswerTimes TimesNeedsLock => _lanes is { } lanes ? lanes.Times : default;

    /// <summary>See <see cref="IQuotaLedger.Admit"/>; null when the account has been forgotten meanwhile.</summary>
    public Admission? TryAdmit(in QuotaDemand demand, ref Grant grant, out Waiter? waiter, out QuotaRefusal? refusal)
    {
        waiter = null;
        refusal = null;
        QuotaShape shape = demand.Policy.ShapeOf(demand.Uses, demand.Groups);
        Lane? lane = LaneOf(demand.Policy, shape);
        AuthorityGate? authority = Ledger.AuthorityOf(demand.Authority);
        var charge = new Charge(demand.Uses);
        string? operation = demand.CostIsKnown ? null : demand.Operation ?? "";
        if (authority is null && !PacesAny(lane))
        {
            Interlocked.Increment(ref _underWay);
            grant = new Grant { Account = this, Lane = lane, Charge = charge, At = Clock.Now };
            return Admission.Granted;
        }

        Waiter? ended;
        lock (this)
        {
            if (IsForgotten)
            {
                return null;
            }

            long now = Clock.Now;
            charge = PricedNeedsLock(lane, charge, operation);
            if ((_lanes is null || _lanes.LetsPassNeedsLock(lane))
                && FitsAtNeedsLock(lane, charge, now, out _) <= now
                && (demand.Priority < demand.Policy.YieldsFrom || YieldsUntilNeedsLock(lane, charge, demand.Priority, demand.Policy.Reserve, now) <= now)
                && (authority is null || authority.TryTake(this, now, out _)))
            {
                TakeNeedsLock(ref grant, lane, charge, operation, authority, now, demand.Priority);
                return Admission.Granted;
            }

            refusal = RefusalNeedsLock(demand, lane, charge, authority, now, out Outlook outlook);
            if (refusal is not null)
            {
                return Admission.Refused;
            }

            Lanes lanes = LanesNeedsLock();
            waiter = new Waiter(this, lane ?? lanes.AddNeedsLock(shape, now), demand.Blocks)
            {
                Charge = charge,
                Operation = operation,
                Name = demand.Operation,
                Authority = demand.Authority,
                BodyBytes = demand.BodyBytes,
                Priority = demand.Priority,
                Tenant = demand.Tenant,
                Since = now,
                GiveUpAt = GiveUpAt(demand, now),
                Outlook = outlook,
            };
            lanes.EnqueueNeedsLock(waiter);
            ended = PumpNeedsLock(now);
        }

        Complete(ended);
        return Admission.Waiting;
    }

    public void Cancel(Waiter waiter)
    {
        Waiter? ended;
        lock (this)
        {
            if (waiter.Outcome != Admission.Waiting)
            {
                return;
            }

            _lanes!.DequeueNeedsLock(waiter, goes: false);
            waiter.CancelNeedsLock();
            ended = PumpNeedsLock(Clock.Now);
        }

        waiter.Complete();
        Complete(ended);
    }

    public void Return(in Grant grant)
    {
        Interlocked.Decrement(ref _underWay);
        if (grant.Authority is { } authority)
        {
            foreach (QuotaAccount other in authority.Return(grant.At))
            {
                other.Pump();
            }
        }

        if (!grant.IsCharged)
        {
            return;
        }

        Waiter? ended;
        lock (this)
        {
            long now = Clock.Now;
            for (var charged = new Charged(this, grant.Lane, grant.Charge); charged.MoveNext();)
            {
                charged.Quota.ReturnNeedsLock(charged.Cost, grant.At, now, grant.IsForeseen);
            }

            ended = PumpNeedsLock(now);
        }

        Complete(ended);
    }

    /// <summary>See <see cref="IQuotaLedger.Settle"/>.</summary>
    /// <param name="grant">What the attempt holds.</param>
    /// <param name="verdict">What its answer said.</param>
    /// <param name="now">When the answer had come. A later look at the clock may have been used here since: limits take that.</param>
    public void Settle(in Grant grant, in Verdict verdict, long now)
    {
        Interlocked.Decrement(ref _underWay);
        if (grant.Authority is { } authority)
        {
            foreach (QuotaAccount other in authority.Settle(grant.At, verdict.Kind != VerdictKind.Transient))
            {
                other.Pump();
            }
        }

        if (!grant.IsCharged && verdict.Observed.Count == 0)
        {
            return;
        }

        Waiter? ended = null;
        lock (this)
        {
            if (verdict.Kind is VerdictKind.Ok or VerdictKind.Fatal)
            {
                _lanes?.Times.Learn(now - grant.At);
            }

            if (grant.IsCharged)
            {
                Counting counting = CountingNeedsLock(grant, verdict.Kind, now);
                for (var charged = new Charged(this, grant.Lane, grant.Charge); charged.MoveNext();)
                {
                    charged.Quota.SettleNeedsLock(charged.Cost, verdict, counting);
                }
            }

            if (verdict.Observed.Count > 0)
            {
                bool isNews = LearnNeedsLock(grant, verdict, now);
                ended = _lanes?.RefuseHopelessNeedsLock(now, isNews, ended);
            }

            ended = PumpNeedsLock(now, ended);
        }

        Complete(ended);
    }

    public void Release(in Grant grant)
    {
        if (!grant.IsCharged)
        {
            return;
        }

        Waiter? ended;
        lock (this)
        {
            long now = Clock.Now;
            for (var charged = new Charged(this, grant.Lane, grant.Charge); charged.MoveNext();)
            {
                charged.Quota.ReleaseNeedsLock(charged.Cost, grant.At, now);
            }

            ended = PumpNeedsLock(now);
        }

        Complete(ended);
    }

    public bool TryClose(string resource, in GateClosing closing)
    {
        Waiter? ended;
        lock (this)
        {
            if (IsForgotten)
            {
                return false;
            }

            long now = Clock.Now;
            Quota quota = resource == QuotaKey.AllResources ? this : LanesNeedsLock().FindOrAddNeedsLock(resource, QuotaStart.Free, now);
            if (closing.IsForecast && quota.IsHeldByAnnouncedLimitNeedsLock(now))
            {
                return true;
            }

            quota.CloseNeedsLock(closing, now);
            ended = _lanes?.RefuseHopelessNeedsLock(quota, now);
            ended = PumpNeedsLock(now, ended);
        }

        Complete(ended);
        return true;
    }

    /// <summary>See <see cref="IQuotaLedger.Configure"/>.</summary>
    public void Configure(QuotaPolicy policy)
    {
        Waiter? ended;
        lock (this)
        {
            if (!IsKnownToNeedsLock(policy.Client))
            {
                return;
            }

            long now = Clock.Now;
            ConfigureNeedsLock(policy.All, Clock, now);
            _lanes?.ConfigureNeedsLock(policy, now);
            SmoothNeedsLock();
            ended = PumpNeedsLock(now);
        }

        Complete(ended);
    }

    /// <summary>Looks whether somebody can go: the time has come, or something came back.</summary>
    public void Pump()
    {
        Waiter? ended;
        lock (this)
        {
            ended = PumpNeedsLock(Clock.Now);
        }

        Complete(ended);
    }

    /// <summary>The line's timer has fired.</summary>
    public void Wake()
    {
        Waiter? ended;
        lock (this)
        {
            _lanes?.DisarmedNeedsLock();
            ended = PumpNeedsLock(Clock.Now);
        }

        Complete(ended);
    }

    public void Snapshot(List<QuotaSnapshot> into)
    {
        lock (this)
        {
            long now = Clock.Now;
            into.Add(SnapshotNeedsLock(Clock, now, _lanes?.WaitingForNeedsLock(null) ?? default));
            if (_lanes is { } lanes)
            {
                foreach (ResourceQuota quota in lanes.Quotas)
                {
                    into.Add(quota.SnapshotNeedsLock(Clock, now, lanes.WaitingForNeedsLock(quota)));
                }
            }
        }
    }

    /// <summary>Marks the account forgotten when nothing in it is worth keeping.</summary>
    public bool TryForget()
    {
        lock (this)
        {
            long now = Clock.Now;
            if (UnderWay > 0 || !IsForgettableNeedsLock(now) || _lanes?.IsForgettableNeedsLock(now) == false)
            {
                return false;
            }

            IsForgotten = true;
            _lanes?.Dispose();
            return true;
        }
    }

    /// <summary>
    /// What a call is charged by what such calls have cost lately. That is a guess: where it is more than a limit can ever hold, the call goes when all of it is there,
    /// because who were refused for it could never tell better.
    /// </summary>
    internal Charge PricedNeedsLock(Lane? lane, in Charge planned, string? operation)
    {
        Charge priced = planned.Priced(lane, operation);
        if (priced.Uses == planned.Uses)
        {
            return planned;
        }

        for (var charged = new Charged(this, lane, priced); charged.MoveNext();)
        {
            if (charged.Quota.TooSmallForNeedsLock(charged.Cost) is { } limit)
            {
                priced = priced.Cut(charged.Quota.Resource, limit.Unit, limit.Capacity);
            }
        }

        return priced;
    }

    /// <summary>The earliest tick at which all quotas of a lane have room, and the one that is the last to.</summary>
    internal long FitsAtNeedsLock(Lane? lane, in Charge charge, long now, out Quota? last)
    {
        long at = now;
        last = null;
        for (var charged = new Charged(this, lane, charge); charged.MoveNext();)
        {
            long fits = charged.Quota.FitsAtNeedsLock(charged.Cost, now, out _);
            if (fits > at)
            {
                at = fits;
                last = charged.Quota;
            }
        }

        return at;
    }

    /// <summary>When a call that leaves room may go, for the sake of more urgent calls to come.</summary>
    internal long YieldsUntilNeedsLock(Lane? lane, in Charge charge, CallPriority priority, Reserve reserve, long now)
    {
        long at = now;
        for (var charged = new Charged(this, lane, charge); charged.MoveNext();)
        {
            at = Math.Max(at, charged.Quota.YieldsUntilNeedsLock(charged.Cost, priority, reserve, now));
        }

        return at;
    }

    /// <summary>Holds what fits. The grant is written in place: most are part of a call, and a struct of references is dear to copy into the heap.</summary>
    internal void TakeNeedsLock(ref Grant grant, Lane? lane, in Charge charge, string? operation, AuthorityGate? authority, long now, CallPriority priority)
    {
        Interlocked.Increment(ref _underWay);
        long spread = _lanes is { } lanes ? lanes.Times.Spread : Limit.Never;
        long countedBy = spread == Limit.Never ? Limit.Never : now + spread;
        for (var charged = new Charged(this, lane, charge); charged.MoveNext();)
        {
            charged.Quota.TakeNeedsLock(charged.Cost, now, countedBy, priority);
        }

        grant.Account = this;
        grant.Lane = lane;
        grant.Authority = authority;
        grant.Charge = charge;
        grant.Operation = operation;
        grant.At = now;
        grant.IsCharged = true;
        grant.IsSettled = false;
        grant.IsForeseen = countedBy != Limit.Never;
    }

    internal AuthorityGate? AuthorityOf(string? authority) => Ledger.AuthorityOf(authority);

    private Counting CountingNeedsLock(in Grant grant, VerdictKind kind, long now)
    {
        long time = now - grant.At;
        AnswerTimes times = TimesNeedsLock;
        long spread = times.Spread;
        if (spread != Limit.Never)
        {
            long excess = times.Excess(time);
            return new Counting(grant.At, now, grant.At + Math.Min(time, grant.IsForeseen ? excess : spread), grant.IsForeseen, grant.IsForeseen && excess > spread);
        }

        // What was given up may still arrive: not before others would have been answered can it be taken as counted.
        long by = kind is VerdictKind.Ok or VerdictKind.RateLimited or VerdictKind.QuotaExhausted ? now : Math.Max(now, grant.At + times.Usual);
        return new Counting(grant.At, now, by, grant.IsForeseen, IsLate: grant.IsForeseen);
    }

    private static void Complete(Waiter? ended)
    {
        while (ended is not null)
        {
            Waiter? next = ended.Next;
            ended.Next = null;
            ended.Complete();
            ended = next;
        }
    }

    private Waiter? PumpNeedsLock(long now, Waiter? ended = null) => _lanes is { } lanes ? lanes.PumpNeedsLock(now, ended) : ended;

    /// <returns>Whether a limit has become known or is another one now.</returns>
    private bool LearnNeedsLock(in Grant grant, in Verdict verdict, long now)
    {
        bool isNews = false;
        double margin = MarginNeedsLock();
        for (int i = 0; i < verdict.Observed.Count; i++)
        {
            QuotaObservation seen = verdict.Observed[i];
            if (seen.Cost > 0 && grant.Lane is { } lane)
            {
                // An answer that was free (not modified, cached over there) says nothing about the next one's price.
                (lane.Expected ??= new ExpectedCosts()).Learn(grant.Operation, seen.Resource, seen.Unit, seen.Cost);
            }

            Quota? quota = seen.Resource == QuotaKey.AllResources ? this : LanesNeedsLock().ObservedNeedsLock(seen.Resource, now);
            isNews |= quota?.LearnNeedsLock(seen, verdict.Kind, grant, margin, now) ?? false;
        }

        return isNews;
    }

    private bool PacesAny(Lane? lane) => new Charged(this, lane, charge: default).MoveNext();

    /// <summary>The lane of a kind of call; null while the account as a whole is all it is charged to.</summary>
    private Lane? LaneOf(QuotaPolicy policy, QuotaShape shape)
    {
        Waiter? ended;
        if (!IsConfiguredBy(policy.All))
        {
            lock (this)
            {
                ConfigureNeedsLock(policy.All, Clock, Clock.Now);
                SmoothNeedsLock();
                _lanes?.ConfiguredNeedsLock();
                ended = PumpNeedsLock(Clock.Now);
            }

            Complete(ended);
        }

        Lanes? lanes = Volatile.Read(ref _lanes);
        if (lanes is null && !shape.NeedsQuotas)
        {
            return null;
        }

        if (lanes?.Find(shape) is { } lane)
        {
            return lane;
        }

        Lane added;
        lock (this)
        {
            added = LanesNeedsLock().AddNeedsLock(shape, Clock.Now);
            ended = PumpNeedsLock(Clock.Now);
        }

        // Where an edit has taken limits away, nothing else would wake those who wait for them.
        Complete(ended);
        return added;
    }

    /// <summary>Takes over for all quotas what the clients' configuration says about the account as a whole.</summary>
    private void SmoothNeedsLock()
    {
        if (IsSmoothNeedsLock() != IsSmooth)
        {
            IsSmooth = !IsSmooth;
            SpreadNeedsLock();
            foreach (ResourceQuota quota in _lanes is { } lanes ? lanes.Quotas : [])
            {
                quota.SpreadNeedsLock();
            }
        }
    }

    private Lanes LanesNeedsLock()
    {
        if (_lanes is null)
        {
            Volatile.Write(ref _lanes, new Lanes(this, Clock));
        }

        return _lanes!;
    }
}
