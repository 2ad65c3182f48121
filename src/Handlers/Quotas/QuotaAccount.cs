using System.Diagnostics.CodeAnalysis;

namespace Handlers.Quotas;

/// <summary>The quotas of one account at one provider, under one lock, and the calls that wait for them. It is itself the quota that all its calls are charged to.</summary>
/// <remarks>
/// One lock for the account, not one per quota: a call takes from several quotas at once, all or nothing, and what it takes is compared with what others take
/// in the same quotas. One lock makes that atomic without an order of locks, and an attempt holds it for a hundred nanoseconds or two.
/// </remarks>
[SuppressMessage("Reliability", "CA2002:Do not lock on objects with weak identity", Justification = "Nobody outside of the ledger sees it, and a lock object costs a sixth of an idle account.")]
internal sealed class QuotaAccount : Quota
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

    /// <summary>What is known about its answers; nothing while all calls are metered together and nobody has waited, for then nobody needs it.</summary>
    private AnswerTimes TimesNeedsLock => _lanes is { } lanes ? lanes.Times : default;

    /// <summary>Those who wait; null while nobody ever has.</summary>
    private WaitingLanes? WaitingNeedsLock => _lanes?.Waiting;

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
            charge = charge.PricedNeedsLock(this, lane, operation);

            // At once if it overtakes nobody, all its quotas have room, it need not leave that to more urgent calls, and its upstream takes it: that one last, for it holds a place.
            if ((WaitingNeedsLock is not { } others || others.LetsPassNeedsLock(lane))
                && new Charged(this, lane, charge).FitsAtNeedsLock(now, out _) <= now
                && (demand.Priority < demand.Policy.Reserve.YieldsFrom
                    || new Charged(this, lane, charge).YieldsUntilNeedsLock(demand.Priority, demand.Policy.Reserve, now) <= now)
                && (authority is null || authority.TryTake(this, now, out _)))
            {
                TakeNeedsLock(ref grant, lane, charge, operation, authority, now, demand.Priority);
                return Admission.Granted;
            }

            Forecast forecast = ForecastNeedsLock(now);
            refusal = forecast.RefusalOf(demand, lane, charge, authority, out Outlook outlook);
            if (refusal is not null)
            {
                return Admission.Refused;
            }

            Lanes lanes = LanesNeedsLock();
            waiter = new Waiter(this, lane ?? lanes.AddNeedsLock(shape, now), demand)
            {
                Charge = charge,
                Operation = operation,
                Since = now,
                GiveUpAt = forecast.GiveUpAt(demand),
                Outlook = outlook,
            };
            lanes.WaitingNeedsLock().EnqueueNeedsLock(waiter);
            ended = PumpNeedsLock(now);
        }

        Waiter.CompleteAll(ended);
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

            WaitingNeedsLock!.DequeueNeedsLock(waiter, goes: false);
            waiter.CancelNeedsLock();
            ended = PumpNeedsLock(Clock.Now);
        }

        waiter.Complete();
        Waiter.CompleteAll(ended);
    }

    public void Return(in Grant grant)
    {
        Interlocked.Decrement(ref _underWay);
        grant.Authority?.Return(grant.At);
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

        Waiter.CompleteAll(ended);
    }

    /// <summary>See <see cref="IQuotaLedger.Settle"/>.</summary>
    /// <param name="grant">What the attempt holds.</param>
    /// <param name="verdict">What its answer said.</param>
    /// <param name="now">When the answer had come. A later look at the clock may have been used here since: limits take that.</param>
    public void Settle(in Grant grant, in Verdict verdict, long now)
    {
        Interlocked.Decrement(ref _underWay);
        grant.Authority?.Settle(grant.At, verdict.Kind != VerdictKind.Transient);
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
                Counting counting = TimesNeedsLock.CountingOf(grant, verdict.Kind, now);
                for (var charged = new Charged(this, grant.Lane, grant.Charge); charged.MoveNext();)
                {
                    charged.Quota.SettleNeedsLock(charged.Cost, verdict, counting);
                }
            }

            if (verdict.Observed.Count > 0)
            {
                bool isNews = LearnNeedsLock(grant, verdict, now);
                ended = WaitingNeedsLock?.RefuseHopelessNeedsLock(now, isNews, ended);
            }

            ended = PumpNeedsLock(now, ended);
        }

        Waiter.CompleteAll(ended);
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

        Waiter.CompleteAll(ended);
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
            ended = WaitingNeedsLock?.RefuseHopelessNeedsLock(quota, now);
            ended = PumpNeedsLock(now, ended);
        }

        Waiter.CompleteAll(ended);
        return true;
    }

    /// <summary>See <see cref="IQuotaLedger.PauseBefore"/>.</summary>
    public TimeSpan PauseBefore(long leftAt)
    {
        lock (this)
        {
            return TimeSpan.FromTicks(PauseBeforeNeedsLock(leftAt));
        }
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

        Waiter.CompleteAll(ended);
    }

    /// <summary>Looks whether somebody can go: the time has come, or something came back.</summary>
    public void Pump()
    {
        Waiter? ended;
        lock (this)
        {
            ended = PumpNeedsLock(Clock.Now);
        }

        Waiter.CompleteAll(ended);
    }

    /// <summary>The line's timer has fired.</summary>
    public void Wake()
    {
        Waiter? ended;
        lock (this)
        {
            WaitingNeedsLock?.WokenNeedsLock();
            ended = PumpNeedsLock(Clock.Now);
        }

        Waiter.CompleteAll(ended);
    }

    public void Snapshot(List<QuotaSnapshot> into)
    {
        lock (this)
        {
            long now = Clock.Now;
            into.Add(SnapshotNeedsLock(Clock, now, WaitingNeedsLock?.CountNeedsLock(null) ?? default));
            foreach (ResourceQuota quota in _lanes is { } lanes ? lanes.Quotas : [])
            {
                into.Add(quota.SnapshotNeedsLock(Clock, now, WaitingNeedsLock?.CountNeedsLock(quota) ?? default));
            }
        }
    }

    /// <summary>Why a call waits; null when it does not any more.</summary>
    public WaitSnapshot? Explain(Waiter waiter)
    {
        lock (this)
        {
            return waiter.Outcome == Admission.Waiting ? ForecastNeedsLock(Clock.Now).Explain(waiter) : null;
        }
    }

    /// <summary>Why calls wait, those of one client or of all.</summary>
    public void Explain(string? client, int most, List<(long ExpectedAt, WaitSnapshot Wait)> into)
    {
        lock (this)
        {
            ForecastNeedsLock(Clock.Now).Explain(client, most, into);
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

    private Waiter? PumpNeedsLock(long now, Waiter? ended = null) => WaitingNeedsLock is { } waiting ? waiting.PumpNeedsLock(now, ended) : ended;

    private Forecast ForecastNeedsLock(long now) => new(this, _lanes, now);

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
                WaitingNeedsLock?.ConfiguredNeedsLock();
                ended = PumpNeedsLock(Clock.Now);
            }

            Waiter.CompleteAll(ended);
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
        Waiter.CompleteAll(ended);
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
