using System.Collections.Concurrent;

namespace Handlers.Quotas;

/// <summary>The quotas of one process, in memory.</summary>
/// <remarks>Locks: an account's, and inside it an authority gate's; nothing else is taken inside, and no code of others runs under either.</remarks>
internal sealed class QuotaLedger(TimeProvider time) : IQuotaLedger
{
    private const int SweepFrom = 1024;

    private readonly AccountTable _accounts = new();
    private readonly ConcurrentDictionary<string, AuthorityGate> _authorities = new(StringComparer.OrdinalIgnoreCase);
    private int _sweepAt = SweepFrom;
    private int _forgetAuthoritiesAt = SweepFrom;

    // Asking an empty concurrent dictionary whether it is empty takes all of its locks.
    private volatile bool _hasAuthorities;

    public LedgerClock Clock { get; } = new(time);

    public int Count => _accounts.Count;

    public Admission Admit(in QuotaDemand demand, ref Grant grant, out Waiter? waiter, out QuotaRefusal? refusal)
    {
        while (true)
        {
            if (AccountOf(demand).TryAdmit(demand, ref grant, out waiter, out refusal) is { } admission)
            {
                return admission;
            }
        }
    }

    public void Cancel(Waiter waiter) => waiter.Account.Cancel(waiter);

    public void Return(ref Grant grant)
    {
        grant.Account?.Return(grant);
        grant = default;
    }

    public void Settle(ref Grant grant, in Verdict verdict, long answeredAt)
    {
        if (grant is { Account: { } account, IsSettled: false })
        {
            grant.IsSettled = true;
            account.Settle(grant, verdict, Clock.TickAt(answeredAt));
        }
    }

    public void Release(ref Grant grant)
    {
        if (grant.Account is { } account)
        {
            if (!grant.IsSettled)
            {
                Settle(ref grant, Verdict.Ok, Clock.Provider.GetTimestamp());
            }

            account.Release(grant);
            grant = default;
        }
    }

    public void CloseGate(in QuotaKey key, in GateClosing closing)
    {
        while (!AccountOf(key.Provider, key.Account).TryClose(key.Resource, closing))
        {
        }
    }

    public TimeSpan PauseBefore(string provider, string account, long sentAt) => AccountOf(provider, account).PauseBefore(Clock.TickAt(sentAt));

    public void CloseAuthority(string authority, in GateClosing closing)
    {
        long now = Clock.Now;
        if (_authorities.Count >= Volatile.Read(ref _forgetAuthoritiesAt))
        {
            ForgetAuthorities(now);
        }

        // A forgotten gate leaves the table a moment after it was marked.
        var spin = default(SpinWait);
        while (!_authorities.GetOrAdd(authority, static name => new AuthorityGate(name)).TryClose(now + closing.Wait.Ticks, now, closing.Why))
        {
            spin.SpinOnce();
        }

        _hasAuthorities = true;
    }

    public void Configure(QuotaPolicy policy)
    {
        foreach (QuotaAccount account in _accounts.ToArray())
        {
            account.Configure(policy);
        }
    }

    public WaitSnapshot? Explain(Waiter waiter) => waiter.Account.Explain(waiter);

    public IReadOnlyList<WaitSnapshot> Explain(string? client, int most)
    {
        var waits = new List<(long ExpectedAt, WaitSnapshot Wait)>();
        foreach (QuotaAccount account in _accounts.ToArray())
        {
            account.Explain(client, most, waits);
        }

        return [.. waits.OrderBy(static w => w.ExpectedAt).ThenBy(static w => w.Wait.Ahead).Take(most).Select(static w => w.Wait)];
    }

    public IReadOnlyList<QuotaSnapshot> Snapshot()
    {
        var quotas = new List<QuotaSnapshot>();
        foreach (QuotaAccount account in _accounts.ToArray())
        {
            account.Snapshot(quotas);
        }

        return quotas;
    }

    /// <summary>The gate of an authority; null for one that was never closed.</summary>
    internal AuthorityGate? AuthorityOf(string? authority) =>
        _hasAuthorities && authority is not null && _authorities.TryGetValue(authority, out AuthorityGate? gate) ? gate : null;

    /// <summary>Forgets gates that have been open for a while, when their number has doubled since the last time.</summary>
    private void ForgetAuthorities(long now)
    {
        foreach ((string authority, AuthorityGate gate) in _authorities)
        {
            if (gate.TryForget(now))
            {
                _authorities.TryRemove(KeyValuePair.Create(authority, gate));
            }
        }

        Volatile.Write(ref _forgetAuthoritiesAt, Math.Max(SweepFrom, _authorities.Count * 2));
    }

    /// <summary>A client's calls mostly belong to one account: the last one found is tried first.</summary>
    private QuotaAccount AccountOf(in QuotaDemand demand)
    {
        if (demand.Policy.LastAccount is { IsForgotten: false } last
            && last.Name == demand.Account && last.Provider == demand.Provider && ReferenceEquals(last.Ledger, this))
        {
            return last;
        }

        return demand.Policy.LastAccount = AccountOf(demand.Provider, demand.Account);
    }

    private QuotaAccount AccountOf(string provider, string account)
    {
        if (_accounts.Find(provider, account) is { IsForgotten: false } found)
        {
            return found;
        }

        if (_accounts.Count >= Volatile.Read(ref _sweepAt))
        {
            Sweep();
        }

        // A forgotten account leaves the table a moment after it was marked.
        var spin = default(SpinWait);
        while (true)
        {
            QuotaAccount candidate = _accounts.FindOrAdd(this, provider, account);
            if (!candidate.IsForgotten)
            {
                return candidate;
            }

            spin.SpinOnce();
        }
    }

    /// <summary>Forgets accounts in which nothing is left to remember. Comes when their number has doubled since the last time: no timer, no cost when idle.</summary>
    private void Sweep()
    {
        // One sweeper is enough; the others go on.
        int at = _sweepAt;
        if (at == int.MaxValue || Interlocked.CompareExchange(ref _sweepAt, int.MaxValue, at) != at)
        {
            return;
        }

        _accounts.RemoveAll(static account => account.TryForget());
        Volatile.Write(ref _sweepAt, Math.Max(SweepFrom, _accounts.Count * 2));
    }
}
