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
    // A forecast may be wrong by a part of itself, more where it depends on what others will ask for: nobody is let into the queue who would hardly make it.
    private const int Doubt = 32;
    private const int DoubtAmongOthers = 6;

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
            charge = charge.Priced(lane, operation);
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

    /// <summary>Why a call waits; null when it does not any more.</summary>
    public WaitSnapshot? Explain(Waiter waiter)
    {
        WaitSnapshot? found = null;
        lock (this)
        {
            if (waiter.Outcome == Admission.Waiting)
            {
                long now = Clock.Now;
                waiter.Lane.Queue.ForEach((Waiter other, in Turn turn) =>
                {
                    found = ReferenceEquals(other, waiter) ? ExplainNeedsLock(other, turn, now) : found;
                    return true;
                });
            }
        }

        return found;
    }

    /// <summary>Why calls wait, those of one client or of all.</summary>
    public void Explain(string? client, int most, List<(long ExpectedAt, WaitSnapshot Wait)> into)
    {
        lock (this)
        {
            if (_lanes is { } lanes)
            {
                long now = Clock.Now;
                lanes.ForEachNeedsLock((Waiter waiter, in Turn turn) =>
                {
                    if (turn.Before.Count < most && (client is null || waiter.Lane.Shape.Policy.Client == client))
                    {
                        WaitSnapshot wait = ExplainNeedsLock(waiter, turn, now);
                        into.Add((wait.ExpectedAt?.UtcTicks ?? long.MaxValue, wait));
                    }

                    return true;
                });
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

    /// <summary>A refusal of one that waits in vain: its time is over, or its gate opens after that.</summary>
    internal QuotaRefusal MissedNeedsLock(Waiter waiter, in Turn turn, long now)
    {
        Prospect prospect = NamedProspectNeedsLock(waiter, turn.AheadOf(waiter), now);
        bool exhausted = prospect.Blocking.Gate is { IsExhausted: true } gate && gate.ClosedUntil > now;
        return Refuse(
            exhausted ? QuotaRefusalReason.Exhausted : QuotaRefusalReason.WouldMissDeadline, prospect.ToOutlook(), prospect.At, now, waiter.GiveUpAt - waiter.Since);
    }

    /// <summary>A refusal of one that waits in vain, as answers have told since it began to; null while it may go in time.</summary>
    internal QuotaRefusal? HopelessNeedsLock(Waiter waiter, in Turn turn, long now)
    {
        Lane lane = _lanes!.FreshNeedsLock(waiter.Lane);
        for (var charged = new Charged(this, lane, waiter.Charge.Priced(lane, waiter.Operation)); charged.MoveNext();)
        {
            if (charged.Quota.TooSmallForNeedsLock(charged.Cost) is not null)
            {
                return RefusalNeedsLock(charged.Quota, charged.Cost, now);
            }
        }

        if (waiter.GiveUpAt == Limit.Never)
        {
            return null;
        }

        Prospect prospect = ProspectNeedsLock(waiter, turn.AheadOf(waiter), now);
        return prospect.At < Limit.Never && prospect.At - Doubtful(prospect.At - now, waiter.Priority, waiter.Tenant) > waiter.GiveUpAt
            ? Refuse(QuotaRefusalReason.WouldMissDeadline, prospect.ToOutlook(), prospect.At, now, waiter.GiveUpAt - now)
            : null;
    }

    /// <summary>How it looks for one that waits behind others.</summary>
    private Prospect ProspectNeedsLock(Waiter waiter, in Load ahead, long now)
    {
        Lanes lanes = _lanes!;
        Lane lane = lanes.FreshNeedsLock(waiter.Lane);
        Charge charge = waiter.Charge.Priced(lane, waiter.Operation);
        var prospect = new Prospect(this, waiter.Priority, lane.Shape.Policy.Reserve, now);
        for (var charged = new Charged(this, lane, charge); charged.MoveNext();)
        {
            // Lanes that wait for the same advance together.
            Load before = ahead;
            before.Add(lanes.BesideNeedsLock(lane, charged.Quota, waiter.Priority), Math.Min(1, ahead.Count / (double)Math.Max(1, lane.Queue.Count)));
            prospect.Consider(charged.Quota, charged.Cost, before, TimesNeedsLock.Lag);
        }

        prospect.Consider(Ledger.AuthorityOf(waiter.Authority));
        return prospect;
    }

    /// <summary>The same for people, who want to know what it is even where nobody knows for how long.</summary>
    private Prospect NamedProspectNeedsLock(Waiter waiter, in Load ahead, long now)
    {
        Prospect prospect = ProspectNeedsLock(waiter, ahead, now);
        for (var charged = new Charged(this, waiter.Lane, waiter.Charge.Priced(waiter.Lane, waiter.Operation)); charged.MoveNext();)
        {
            prospect.Name(charged.Quota, charged.Cost);
        }

        return prospect;
    }

    private WaitSnapshot ExplainNeedsLock(Waiter waiter, in Turn turn, long now)
    {
        Prospect prospect = NamedProspectNeedsLock(waiter, turn.AheadOf(waiter), now);
        var outlook = prospect.ToOutlook();
        QuotaKey key = KeyOf(outlook);
        return new WaitSnapshot
        {
            Client = waiter.Lane.Shape.Policy.Client,
            Operation = waiter.Name,
            Tenant = waiter.Tenant,
            Priority = waiter.Priority,
            Waited = TimeSpan.FromTicks(now - waiter.Since),
            Quota = key.ToString(),
            Cause = outlook.Cause,
            Ahead = outlook.Position - 1,
            ExpectedAt = outlook.Wait is { } wait ? Clock.Utc + wait : null,
            GivesUpAt = waiter.GiveUpAt == Limit.Never ? null : Clock.At(waiter.GiveUpAt),
            Message = RefusalText.Waits(key, outlook, outlook.Wait) + ".",
        };
    }

    private QuotaKey KeyOf(in Outlook outlook) => outlook.Authority is { } authority ? new QuotaKey(Provider, Name, authority) : outlook.Blocking.Key;

    /// <summary>When a wait that begins now has to be over: at its own bound, or when an answer would come too late for the deadline.</summary>
    private long GiveUpAt(in QuotaDemand demand, long now)
    {
        long usable = After(demand.TimeLeft, now);
        return Math.Min(After(demand.MaxWait, now), usable == Limit.Never ? usable : Math.Max(now, usable - TimesNeedsLock.Usual));

        static long After(TimeSpan time, long now) => time == Timeout.InfiniteTimeSpan || time.Ticks >= Limit.Never - now ? Limit.Never : now + time.Ticks;
    }

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

    private QuotaRefusal? RefusalNeedsLock(
        in QuotaDemand demand, Lane? lane, in Charge charge, AuthorityGate? authority, long now, out Outlook outlook)
    {
        var prospect = new Prospect(this, demand.Priority, demand.Policy.Reserve, now);
        outlook = default;
        for (var charged = new Charged(this, lane, charge); charged.MoveNext();)
        {
            Quota quota = charged.Quota;
            Cost cost = charged.Cost;
            if (RefusalNeedsLock(quota, cost, now) is { } refusal)
            {
                return refusal;
            }

            Load ahead = _lanes is { } lanes ? lanes.AheadNeedsLock(lane, quota, demand.Priority, demand.Tenant, charge) : default;
            prospect.Consider(quota, cost, ahead, TimesNeedsLock.Lag);
        }

        prospect.Consider(authority);
        outlook = prospect.ToOutlook();
        Load waiting = lane is null ? default : lane.Queue.Load;
        long giveUpAt = GiveUpAt(demand, now);
        long doubt = waiting.Count > 0 ? Doubtful(prospect.At - now, demand.Priority, demand.Tenant) : 0;
        return giveUpAt <= now || prospect.At + doubt > giveUpAt ? Refuse(QuotaRefusalReason.WouldMissDeadline, outlook, prospect.At, now, giveUpAt - now)
            : waiting.Count >= demand.Policy.MaxQueue || waiting.Bytes + demand.BodyBytes > demand.Policy.MaxQueueBytes
                ? Refuse(QuotaRefusalReason.QueueFull, outlook with { Position = waiting.Count + 1 }, prospect.At, now, allowed: 0)
            : null;
    }

    /// <summary>A refusal of a call for which waiting is no cure.</summary>
    private QuotaRefusal? RefusalNeedsLock(Quota quota, in Cost cost, long now) =>
        quota.TooSmallForNeedsLock(cost) is { } tooSmall
            ? Refuse(QuotaRefusalReason.CannotFit, new Outlook(1, null, quota, tooSmall, null, null, default), Limit.Never, now, allowed: 0, tooSmall.AmountOf(cost))
        : quota.Gate is { IsExhausted: true } gate && gate.ClosedUntil > now
            ? Refuse(QuotaRefusalReason.Exhausted, new Outlook(1, null, quota, null, null, gate.Why, default), gate.ClosedUntil, now, allowed: 0)
        : null;

    /// <summary>How far a forecast may be off.</summary>
    private static long Doubtful(long wait, CallPriority priority, string? tenant) => wait / (priority == CallPriority.Background || tenant is not null ? DoubtAmongOthers : Doubt);

    private QuotaRefusal Refuse(QuotaRefusalReason reason, in Outlook outlook, long at, long now, long allowed, long cost = 0)
    {
        QuotaKey key = KeyOf(outlook);
        TimeSpan? wait = at >= Limit.Never ? null : TimeSpan.FromTicks(Math.Max(0, at - now));
        string message = RefusalText.For(reason, key, outlook, wait, TimeSpan.FromTicks(Math.Max(0, allowed)), cost);
        return new QuotaRefusal(reason, key, outlook.Cause, outlook.Position - 1, wait, wait is { } span ? Clock.Utc + span : null, message);
    }

    /// <returns>Whether a limit has become known or is another one now.</returns>
    private bool LearnNeedsLock(in Grant grant, in Verdict verdict, long now)
    {
        bool isNews = false;
        double margin = MarginNeedsLock();
        for (int i = 0; i < verdict.Observed.Count; i++)
        {
            QuotaObservation seen = verdict.Observed[i];
            if (seen.Cost != QuotaObservation.Unknown && grant.Lane is { } lane)
            {
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
        if (!IsConfiguredBy(policy.All))
        {
            lock (this)
            {
                ConfigureNeedsLock(policy.All, Clock, Clock.Now);
                SmoothNeedsLock();
                _lanes?.ConfiguredNeedsLock();
            }
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

        lock (this)
        {
            return LanesNeedsLock().AddNeedsLock(shape, Clock.Now);
        }
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
