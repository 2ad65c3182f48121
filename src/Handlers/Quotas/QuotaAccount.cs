using System.Numerics;

namespace Handlers.Quotas;

/// <summary>The quotas of one account at one provider, under one lock, and the calls that wait for them.</summary>
/// <remarks>
/// One lock for the account, not one per quota: a call takes from several quotas at once, all or nothing, and what it takes is compared with what others take
/// in the same quotas. One lock makes that atomic without an order of locks, and an attempt holds it for a hundred nanoseconds or two.
/// </remarks>
internal sealed class QuotaAccount
{
    private const int MaxQuotas = 64;

    private readonly QuotaLedger _ledger;
    private Quota[] _quotas = [];
    private WaitLine? _line;
    private int _underWay;

    // How long answers take; a moving average over about eight of them.
    private long _latency;

    public QuotaAccount(QuotaLedger ledger, string provider, string account)
    {
        _ledger = ledger;
        Provider = provider;
        Account = account;
    }

    /// <summary>Guards all quotas, queues and waiters of the account.</summary>
    public Lock Sync { get; } = new();

    public string Provider { get; }

    public string Account { get; }

    /// <summary>It has left the ledger: whoever still holds it must look it up again.</summary>
    public bool IsForgotten { get; private set; }

    /// <summary>Attempts that were granted and have not been answered.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    private LedgerClock Clock => _ledger.Clock;

    /// <summary>See <see cref="IQuotaLedger.Admit"/>; null when the account has been forgotten meanwhile.</summary>
    public Admission? TryAdmit(in QuotaDemand demand, ref Grant grant, out Waiter? waiter, out QuotaRefusal? refusal)
    {
        waiter = null;
        refusal = null;
        ulong mask = MaskOf(demand, out Quota home);
        AuthorityGate? authority = _ledger.AuthorityOf(demand.Authority);
        var charge = new Charge(demand.Uses);
        if (authority is null && !PacesAny(mask))
        {
            Interlocked.Increment(ref _underWay);
            grant = new Grant { Account = this, Charge = charge, At = Clock.Now };
            return Admission.Granted;
        }

        Waiter? ended;
        lock (Sync)
        {
            if (IsForgotten)
            {
                return null;
            }

            long now = Clock.Now;
            if (_line is not { } line || line.LetsPassNeedsLock(home, mask))
            {
                if (FitsAtNeedsLock(mask, charge, now, out _) <= now && (authority is null || authority.TryTake(this, now, out _)))
                {
                    grant = TakeNeedsLock(mask, charge, authority, now);
                    return Admission.Granted;
                }
            }

            refusal = RefusalNeedsLock(demand, mask, home, charge, authority, now);
            if (refusal is not null)
            {
                return Admission.Refused;
            }

            waiter = new Waiter(this, home, demand.Blocks)
            {
                Charge = charge,
                Mask = mask,
                Authority = demand.Authority,
                BodyBytes = demand.BodyBytes,
                Since = now,
                GiveUpAt = GiveUpAt(demand, now),
            };
            _line ??= new WaitLine(this, Clock);
            _line.AddNeedsLock(waiter);
            ended = PumpNeedsLock(now);
        }

        Complete(ended);
        return Admission.Waiting;
    }

    public void Cancel(Waiter waiter)
    {
        Waiter? ended;
        lock (Sync)
        {
            if (waiter.Outcome != Admission.Waiting)
            {
                return;
            }

            _line!.RemoveNeedsLock(waiter);
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
        if (grant.Mask == 0)
        {
            return;
        }

        Waiter? ended;
        lock (Sync)
        {
            long now = Clock.Now;
            foreach (Quota quota in new QuotaBits(_quotas, grant.Mask))
            {
                quota.ReturnNeedsLock(grant.Charge.At(quota.Resource), grant.At, now);
            }

            ended = PumpNeedsLock(now);
        }

        Complete(ended);
    }

    public void Settle(in Grant grant, in Verdict verdict)
    {
        Interlocked.Decrement(ref _underWay);
        if (grant.Authority is { } authority)
        {
            foreach (QuotaAccount other in authority.Settle(grant.At, verdict.Kind != VerdictKind.Transient))
            {
                other.Pump();
            }
        }

        if (grant.Mask == 0)
        {
            return;
        }

        Waiter? ended;
        lock (Sync)
        {
            long now = Clock.Now;
            if (verdict.Kind is VerdictKind.Ok or VerdictKind.Fatal)
            {
                long latency = now - grant.At;
                _latency = _latency == 0 ? latency : _latency + ((latency - _latency) / 8);
            }

            foreach (Quota quota in new QuotaBits(_quotas, grant.Mask))
            {
                quota.SettleNeedsLock(grant.Charge.At(quota.Resource), verdict, grant.At, now);
            }

            ended = PumpNeedsLock(now);
        }

        Complete(ended);
    }

    public void Release(in Grant grant)
    {
        if (grant.Mask == 0)
        {
            return;
        }

        Waiter? ended;
        lock (Sync)
        {
            long now = Clock.Now;
            foreach (Quota quota in new QuotaBits(_quotas, grant.Mask))
            {
                quota.ReleaseNeedsLock(grant.Charge.At(quota.Resource), grant.At, now);
            }

            ended = PumpNeedsLock(now);
        }

        Complete(ended);
    }

    public bool TryClose(string resource, in GateClosing closing)
    {
        Waiter? ended;
        lock (Sync)
        {
            if (IsForgotten)
            {
                return false;
            }

            long now = Clock.Now;
            Quota quota = FindOrAddNeedsLock(resource);
            quota.CloseNeedsLock(now, now + closing.Wait.Ticks, closing.IsExhausted, closing.Why);
            ended = _line?.RefuseHopelessNeedsLock(quota, now);
            ended = PumpNeedsLock(now, ended);
        }

        Complete(ended);
        return true;
    }

    /// <summary>Looks whether somebody can go: the time has come, or something came back.</summary>
    public void Pump()
    {
        Waiter? ended;
        lock (Sync)
        {
            ended = PumpNeedsLock(Clock.Now);
        }

        Complete(ended);
    }

    public void Snapshot(List<QuotaSnapshot> into)
    {
        lock (Sync)
        {
            long now = Clock.Now;
            foreach (Quota quota in _quotas)
            {
                into.Add(quota.SnapshotNeedsLock(Clock, now));
            }
        }
    }

    /// <summary>Marks the account forgotten when nothing in it is worth keeping.</summary>
    public bool TryForget()
    {
        lock (Sync)
        {
            long now = Clock.Now;
            if (UnderWay > 0 || _line is { Count: > 0 })
            {
                return false;
            }

            foreach (Quota quota in _quotas)
            {
                if (!quota.IsForgettableNeedsLock(now))
                {
                    return false;
                }
            }

            IsForgotten = true;
            _line?.Dispose();
            _line = null;
            return true;
        }
    }

    /// <summary>The earliest tick at which all of <paramref name="mask"/> have room, and which of them are the last to.</summary>
    internal long FitsAtNeedsLock(ulong mask, in Charge charge, long now, out ulong last)
    {
        long at = now;
        last = 0;
        foreach (Quota quota in new QuotaBits(_quotas, mask))
        {
            long fits = quota.FitsAtNeedsLock(charge.At(quota.Resource), now, out _);
            if (fits > at)
            {
                at = fits;
                last = quota.Bit;
            }
            else if (fits == at && fits > now)
            {
                last |= quota.Bit;
            }
        }

        return at;
    }

    internal Grant TakeNeedsLock(ulong mask, in Charge charge, AuthorityGate? authority, long now)
    {
        Interlocked.Increment(ref _underWay);
        foreach (Quota quota in new QuotaBits(_quotas, mask))
        {
            quota.TakeNeedsLock(charge.At(quota.Resource), now);
        }

        return new Grant { Account = this, Authority = authority, Charge = charge, Mask = mask, At = now };
    }

    internal AuthorityGate? AuthorityOf(string? authority) => _ledger.AuthorityOf(authority);

    /// <summary>A refusal of one that waits in vain.</summary>
    internal QuotaRefusal MissedNeedsLock(Waiter waiter, long now)
    {
        long at = FitsAtNeedsLock(waiter.Mask, waiter.Charge, now, out ulong last);
        Quota quota = waiter.Home;
        foreach (Quota blocking in new QuotaBits(_quotas, last))
        {
            quota = blocking;
        }

        _ = quota.FitsAtNeedsLock(waiter.Charge.At(quota.Resource), now, out Limit? limit);
        bool exhausted = quota.Gate is { IsExhausted: true } gate && gate.ClosedUntil > now;
        return Refuse(exhausted ? QuotaRefusalReason.Exhausted : QuotaRefusalReason.WouldMissDeadline, quota, limit, ahead: 0, at, now, waiter.GiveUpAt - waiter.Since);
    }

    private static long GiveUpAt(in QuotaDemand demand, long now)
    {
        TimeSpan longest = demand.MaxWait == Timeout.InfiniteTimeSpan || (demand.TimeLeft != Timeout.InfiniteTimeSpan && demand.TimeLeft < demand.MaxWait)
            ? demand.TimeLeft
            : demand.MaxWait;
        return longest == Timeout.InfiniteTimeSpan ? Limit.Never : now + longest.Ticks;
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

    private Waiter? PumpNeedsLock(long now, Waiter? ended = null) => _line is { } line ? line.PumpNeedsLock(now, ended) : ended;

    private QuotaRefusal? RefusalNeedsLock(in QuotaDemand demand, ulong mask, Quota home, in Charge charge, AuthorityGate? authority, long now)
    {
        long at = now;
        Quota blocking = home;
        Limit? limit = null;
        foreach (Quota quota in new QuotaBits(_quotas, mask))
        {
            Cost cost = charge.At(quota.Resource);
            if (quota.TooSmallForNeedsLock(cost) is { } tooSmall)
            {
                return Refuse(QuotaRefusalReason.CannotFit, quota, tooSmall, ahead: 0, Limit.Never, now, TimeSpan.Zero.Ticks, tooSmall.AmountOf(cost));
            }

            if (quota.Gate is { IsExhausted: true } gate && gate.ClosedUntil > now)
            {
                return Refuse(QuotaRefusalReason.Exhausted, quota, limit: null, ahead: 0, gate.ClosedUntil, now, TimeSpan.Zero.Ticks);
            }

            Load ahead = _line is { } line ? line.AheadNeedsLock(home, quota) : default;
            long fits = quota.ForecastNeedsLock(cost, ahead, now, out Limit? slowest);
            if (fits > at)
            {
                at = fits;
                blocking = quota;
                limit = slowest;
            }
        }

        string? closedAuthority = null;
        if (authority?.Closed(now) is { } closed && closed.Until > at)
        {
            at = closed.Until;
            closedAuthority = authority.Authority;
        }

        int waiting = home.Queue?.Count ?? 0;
        long giveUpAt = GiveUpAt(demand, now);
        long usable = demand.TimeLeft == Timeout.InfiniteTimeSpan ? Limit.Never : now + demand.TimeLeft.Ticks - _latency;
        if (at > giveUpAt || (at > now && at > usable) || giveUpAt <= now)
        {
            long allowed = Math.Min(giveUpAt, usable) - now;
            return closedAuthority is null
                ? Refuse(QuotaRefusalReason.WouldMissDeadline, blocking, limit, waiting, at, now, allowed)
                : RefuseAuthority(closedAuthority, waiting, at, now, allowed);
        }

        if (waiting >= demand.Policy.MaxQueue || (home.Queue?.BodyBytes ?? 0) + demand.BodyBytes > demand.Policy.MaxQueueBytes)
        {
            return Refuse(QuotaRefusalReason.QueueFull, home, limit, waiting, at, now, allowed: 0);
        }

        return null;
    }

    private QuotaRefusal Refuse(QuotaRefusalReason reason, Quota quota, Limit? limit, int ahead, long at, long now, long allowed, long cost = 0)
    {
        TimeSpan? wait = at >= Limit.Never || reason == QuotaRefusalReason.CannotFit ? null : TimeSpan.FromTicks(Math.Max(0, at - now));
        string? cause = limit?.Spec.ToString() ?? (quota.Gate is { Why.Length: > 0 } gate ? gate.Why : null);
        string message = RefusalText.For(reason, quota.Key, cause, limit is null, ahead, wait, TimeSpan.FromTicks(Math.Max(0, allowed)), cost, limit?.Unit ?? LimitUnit.Requests);
        return new QuotaRefusal(reason, quota.Key, cause, ahead, wait, wait is { } span ? Clock.Utc + span : null, message);
    }

    private QuotaRefusal RefuseAuthority(string authority, int ahead, long at, long now, long allowed)
    {
        var key = new QuotaKey(Provider, Account, authority);
        var wait = TimeSpan.FromTicks(Math.Max(0, at - now));
        const string Cause = "the upstream asked for a pause";
        string message = RefusalText.For(
            QuotaRefusalReason.WouldMissDeadline, key, Cause, isGate: true, ahead, wait, TimeSpan.FromTicks(Math.Max(0, allowed)), 0, LimitUnit.Requests);
        return new QuotaRefusal(QuotaRefusalReason.WouldMissDeadline, key, Cause, ahead, wait, Clock.Utc + wait, message);
    }

    private bool PacesAny(ulong mask)
    {
        foreach (Quota quota in new QuotaBits(_quotas, mask))
        {
            if (quota.Paces)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The quotas that a demand is charged to, made and configured where they are new, and the most specific of them.</summary>
    private ulong MaskOf(in QuotaDemand demand, out Quota home)
    {
        Quota all = Ready(QuotaKey.AllResources, demand.Policy.All, QuotaStart.Free);
        ulong mask = all.Bit;
        home = all;
        if (!demand.Uses.IsDefaultOrEmpty)
        {
            ReadOnlySpan<QuotaUse> uses = demand.Uses.AsSpan();
            for (int i = uses.Length - 1; i >= 0; i--)
            {
                home = Ready(uses[i].Resource, demand.Policy.For(uses[i].Resource), uses[i].Start);
                mask |= home.Bit;
            }
        }

        for (ulong groups = demand.Groups; groups != 0; groups &= groups - 1)
        {
            ResourcePolicy group = demand.Policy.Groups[BitOperations.TrailingZeroCount(groups)];
            home = Ready(group.Resource, group, QuotaStart.Free);
            mask |= home.Bit;
        }

        return mask;
    }

    private Quota Ready(string resource, ResourcePolicy policy, QuotaStart start) =>
        Find(resource) is { } found && found.IsConfiguredBy(policy) ? found : MakeReady(resource, policy, start);

    private Quota MakeReady(string resource, ResourcePolicy policy, QuotaStart start)
    {
        lock (Sync)
        {
            long now = Clock.Now;
            bool isNew = Find(resource) is null;
            Quota quota = FindOrAddNeedsLock(resource);
            quota.ConfigureNeedsLock(policy, Clock, now);
            if (isNew && start == QuotaStart.FirstAnswer)
            {
                quota.AwaitFirstAnswerNeedsLock(now);
            }

            return quota;
        }
    }

    private Quota? Find(string resource)
    {
        foreach (Quota quota in Volatile.Read(ref _quotas))
        {
            if (quota.Resource == resource)
            {
                return quota;
            }
        }

        return null;
    }

    private Quota FindOrAddNeedsLock(string resource)
    {
        if (Find(resource) is { } found)
        {
            return found;
        }

        if (_quotas.Length == MaxQuotas)
        {
            // More resources than any provider has: the rest is metered together.
            return _quotas[^1];
        }

        var quota = new Quota(this, resource, _quotas.Length);
        Volatile.Write(ref _quotas, [.. _quotas, quota]);
        return quota;
    }
}
