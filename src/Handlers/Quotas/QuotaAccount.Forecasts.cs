namespace Handlers.Quotas;

/// <summary>What can be said about calls that wait: when they will go, what they wait for, and which of them wait in vain.</summary>
internal sealed partial class QuotaAccount
{
    // A forecast may be wrong by a part of itself, more where it depends on what others will ask for: nobody is let into the queue who would hardly make it.
    private const int Doubt = 32;
    private const int DoubtAmongOthers = 6;

    // Others come at random, and n of them in a wait stray by the root of n: few make a wait less certain than many. So many standard deviations have to fit.
    // Where it is a matter of a few, a third of the wait is the most: their turn comes by the fair order rather than by chance.
    private const double Deviations = 2;
    private const int FewestAhead = 36;

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
        for (var charged = new Charged(this, lane, PricedNeedsLock(lane, waiter.Charge, waiter.Operation)); charged.MoveNext();)
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
        Charge charge = PricedNeedsLock(lane, waiter.Charge, waiter.Operation);
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
        for (var charged = new Charged(this, waiter.Lane, PricedNeedsLock(waiter.Lane, waiter.Charge, waiter.Operation)); charged.MoveNext();)
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
            ExpectedAt = outlook.Wait is { } wait ? Clock.After(wait) : null,
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

    private QuotaRefusal? RefusalNeedsLock(
        in QuotaDemand demand, Lane? lane, in Charge charge, AuthorityGate? authority, long now, out Outlook outlook)
    {
        var prospect = new Prospect(this, demand.Priority, demand.Policy.Reserve, now);
        Prospect alone = prospect;
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
            alone.Consider(quota, cost, default, TimesNeedsLock.Lag);
        }

        prospect.Consider(authority);
        outlook = prospect.ToOutlook();
        Load waiting = lane is null ? default : lane.Queue.Load;
        long giveUpAt = GiveUpAt(demand, now);
        long doubt = waiting.Count > 0 ? Doubtful(prospect, alone.At, demand.Priority, demand.Tenant, now) : 0;
        if (_lanes is { } others)
        {
            waiting.Add(others.BesideNeedsLock(lane, outlook.Blocking, CallPriority.Background));
        }

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

    /// <summary>How far the forecast for one who would come last may be off; nobody else makes a wait uncertain that it would have alone.</summary>
    /// <remarks>A rate that refusals have taught, or nobody has met yet, is felt out: it is as often too low as too high, and whoever is turned away for it teaches nothing.</remarks>
    private static long Doubtful(in Prospect prospect, long alone, CallPriority priority, string? tenant, long now)
    {
        long usual = Doubtful(prospect.At - now, priority, tenant);
        return DependsOnOthers(priority, tenant) && prospect.At > alone && prospect.Limit is not LearnedRate
            ? Math.Max(usual, (long)((prospect.At - alone) * Deviations / Math.Sqrt(Math.Max(FewestAhead, prospect.Ahead))))
            : usual;
    }

    /// <summary>How far the forecast for one who waits may be off.</summary>
    private static long Doubtful(long wait, CallPriority priority, string? tenant) => wait / (DependsOnOthers(priority, tenant) ? DoubtAmongOthers : Doubt);

    private static bool DependsOnOthers(CallPriority priority, string? tenant) => priority == CallPriority.Background || tenant is not null;

    private QuotaRefusal Refuse(QuotaRefusalReason reason, in Outlook outlook, long at, long now, long allowed, long cost = 0)
    {
        QuotaKey key = KeyOf(outlook);
        TimeSpan? wait = at >= Limit.Never ? null : TimeSpan.FromTicks(Math.Max(0, at - now));
        string message = RefusalText.For(reason, key, outlook, wait, TimeSpan.FromTicks(Math.Max(0, allowed)), cost);
        return new QuotaRefusal(reason, key, outlook.Cause, outlook.Position - 1, wait, wait is { } span ? Clock.After(span) : null, message);
    }
}
