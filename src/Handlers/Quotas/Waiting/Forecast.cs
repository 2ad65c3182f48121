namespace Handlers.Quotas;

/// <summary>
/// What can be said at one instant about an account's calls that wait, or would: when they will go, what they wait for, and which of them wait in vain.
/// Guarded by the account's lock.
/// </summary>
internal readonly struct Forecast(QuotaAccount account, Lanes? lanes, long now)
{
    private LedgerClock Clock => account.Ledger.Clock;

    private AnswerTimes Times => lanes is null ? default : lanes.Times;

    /// <summary>When a wait that begins now has to be over: at its own bound, or when an answer would come too late for the deadline.</summary>
    public long GiveUpAt(in QuotaDemand demand)
    {
        long usable = After(demand.TimeLeft, now);
        return Math.Min(After(demand.MaxWait, now), usable == Limit.Never ? usable : Math.Max(now, usable - Times.Usual));

        static long After(TimeSpan time, long now) => time == Timeout.InfiniteTimeSpan || time.Ticks >= Limit.Never - now ? Limit.Never : now + time.Ticks;
    }

    /// <summary>Why a newcomer is not let into the queue; null when it is, and then <paramref name="outlook"/> is what it can be told.</summary>
    public QuotaRefusal? RefusalOf(in QuotaDemand demand, Lane? lane, in Charge charge, AuthorityGate? authority, out Outlook outlook)
    {
        WaitingLanes? others = lanes?.Waiting;
        long lag = Times.Lag;
        var prospect = new Prospect(account, demand.Priority, demand.Policy.Reserve, now);
        Prospect alone = prospect;
        outlook = default;
        for (var charged = new Charged(account, lane, charge); charged.MoveNext();)
        {
            Quota quota = charged.Quota;
            Cost cost = charged.Cost;
            if (Incurable(quota, cost) is { } refusal)
            {
                return refusal;
            }

            prospect.Consider(quota, cost, others?.AheadNeedsLock(lane, quota, demand.Priority, demand.Tenant, charge) ?? default, lag);
            alone.Consider(quota, cost, default, lag);
        }

        prospect.Consider(authority);
        outlook = prospect.ToOutlook();
        Load waiting = lane is null ? default : lane.Queue.Load;
        long giveUpAt = GiveUpAt(demand);
        long doubt = waiting.Count > 0 ? Doubt.OfNewcomer(prospect, alone.At, demand.Priority, demand.Tenant, now) : 0;
        waiting.Add(others?.BesideNeedsLock(lane, outlook.Blocking, CallPriority.Background) ?? default);

        return giveUpAt <= now || prospect.At + doubt > giveUpAt ? Refuse(QuotaRefusalReason.WouldMissDeadline, outlook, prospect.At, giveUpAt - now)
            : waiting.Count >= demand.Policy.MaxQueue || waiting.Bytes + demand.BodyBytes > demand.Policy.MaxQueueBytes
                ? Refuse(QuotaRefusalReason.QueueFull, outlook with { Position = waiting.Count + 1 }, prospect.At, allowed: 0)
            : null;
    }

    /// <summary>A refusal of one that waits in vain: its time is over, or its gate opens after that.</summary>
    public QuotaRefusal Missed(Waiter waiter, in Turn turn)
    {
        Prospect prospect = NamedProspectOf(waiter, turn.AheadOf(waiter));
        bool exhausted = prospect.Blocking.Gate is { IsExhausted: true } gate && gate.ClosedUntil > now;
        return Refuse(
            exhausted ? QuotaRefusalReason.Exhausted : QuotaRefusalReason.WouldMissDeadline, prospect.ToOutlook(), prospect.At, waiter.GiveUpAt - waiter.Since);
    }

    /// <summary>A refusal of one that waits in vain, as answers have told since it began to; null while it may go in time.</summary>
    public QuotaRefusal? Hopeless(Waiter waiter, in Turn turn)
    {
        Lane lane = lanes!.FreshNeedsLock(waiter.Lane);
        for (var charged = new Charged(account, lane, waiter.Charge.PricedNeedsLock(account, lane, waiter.Operation)); charged.MoveNext();)
        {
            if (charged.Quota.TooSmallForNeedsLock(charged.Cost) is not null)
            {
                return Incurable(charged.Quota, charged.Cost);
            }
        }

        if (waiter.GiveUpAt == Limit.Never)
        {
            return null;
        }

        Prospect prospect = ProspectOf(waiter, turn.AheadOf(waiter));
        return prospect.At < Limit.Never && prospect.At - Doubt.Of(prospect.At - now, waiter.Priority, waiter.Tenant) > waiter.GiveUpAt
            ? Refuse(QuotaRefusalReason.WouldMissDeadline, prospect.ToOutlook(), prospect.At, waiter.GiveUpAt - now)
            : null;
    }

    /// <summary>Why one waits.</summary>
    public WaitSnapshot? Explain(Waiter waiter)
    {
        Forecast forecast = this;
        WaitSnapshot? found = null;
        waiter.Lane.Queue.ForEach((Waiter other, in Turn turn) =>
        {
            found = ReferenceEquals(other, waiter) ? forecast.Explain(other, turn) : found;
            return true;
        });

        return found;
    }

    /// <summary>Why calls wait, those of one client or of all: in each line no more than <paramref name="most"/>.</summary>
    public void Explain(string? client, int most, List<(long ExpectedAt, WaitSnapshot Wait)> into)
    {
        Forecast forecast = this;
        lanes?.Waiting?.ForEachNeedsLock((Waiter waiter, in Turn turn) =>
        {
            if (turn.Before.Count < most && (client is null || waiter.Lane.Shape.Policy.Client == client))
            {
                WaitSnapshot wait = forecast.Explain(waiter, turn);
                into.Add((wait.ExpectedAt?.UtcTicks ?? long.MaxValue, wait));
            }

            return true;
        });
    }

    private WaitSnapshot Explain(Waiter waiter, in Turn turn)
    {
        var outlook = NamedProspectOf(waiter, turn.AheadOf(waiter)).ToOutlook();
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

    /// <summary>How it looks for one that waits behind others.</summary>
    private Prospect ProspectOf(Waiter waiter, in Load ahead)
    {
        Lane lane = lanes!.FreshNeedsLock(waiter.Lane);
        var prospect = new Prospect(account, waiter.Priority, lane.Reserve, now);
        for (var charged = new Charged(account, lane, waiter.Charge.PricedNeedsLock(account, lane, waiter.Operation)); charged.MoveNext();)
        {
            // Lanes that wait for the same advance together.
            Load before = ahead;
            before.Add(lanes.Waiting!.BesideNeedsLock(lane, charged.Quota, waiter.Priority), Math.Min(1, ahead.Count / (double)Math.Max(1, lane.Queue.Count)));
            prospect.Consider(charged.Quota, charged.Cost, before, Times.Lag);
        }

        prospect.Consider(account.Ledger.AuthorityOf(waiter.Authority));
        return prospect;
    }

    /// <summary>The same for people, who want to know what it is even where nobody knows for how long.</summary>
    private Prospect NamedProspectOf(Waiter waiter, in Load ahead)
    {
        Prospect prospect = ProspectOf(waiter, ahead);
        for (var charged = new Charged(account, waiter.Lane, waiter.Charge.PricedNeedsLock(account, waiter.Lane, waiter.Operation)); charged.MoveNext();)
        {
            prospect.Name(charged.Quota, charged.Cost);
        }

        return prospect;
    }

    /// <summary>A refusal of a call for which waiting is no cure.</summary>
    private QuotaRefusal? Incurable(Quota quota, in Cost cost) =>
        quota.TooSmallForNeedsLock(cost) is { } tooSmall
            ? Refuse(QuotaRefusalReason.CannotFit, new Outlook(1, null, quota, tooSmall, null, null, default), Limit.Never, allowed: 0, tooSmall.AmountOf(cost))
        : quota.Gate is { IsExhausted: true } gate && gate.ClosedUntil > now
            ? Refuse(QuotaRefusalReason.Exhausted, new Outlook(1, null, quota, null, null, gate.Why, default), gate.ClosedUntil, allowed: 0)
        : null;

    private QuotaRefusal Refuse(QuotaRefusalReason reason, in Outlook outlook, long at, long allowed, long cost = 0)
    {
        QuotaKey key = KeyOf(outlook);
        TimeSpan? wait = at >= Limit.Never ? null : TimeSpan.FromTicks(Math.Max(0, at - now));
        string message = RefusalText.For(reason, key, outlook, wait, TimeSpan.FromTicks(Math.Max(0, allowed)), cost);
        return new QuotaRefusal(reason, key, outlook.Cause, outlook.Position - 1, wait, wait is { } span ? Clock.After(span) : null, message);
    }

    private QuotaKey KeyOf(in Outlook outlook) =>
        outlook.Authority is { } authority ? new QuotaKey(account.Provider, account.Name, authority) : outlook.Blocking.Key;
}
