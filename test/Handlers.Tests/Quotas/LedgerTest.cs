using System.Collections.Immutable;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

/// <summary>A ledger in time that stands still, and what it is asked, written short.</summary>
public abstract class LedgerTest
{
    private protected LedgerTest() => Ledger = new QuotaLedger(Time);

    private protected ManualTime Time { get; } = new();

    private protected QuotaLedger Ledger { get; }

    private protected static QuotaKey Key(string resource) => new("test", "a", resource);

    private protected static ImmutableArray<QuotaUse> Uses(string resource, Cost? cost = null) => [new QuotaUse(resource, cost ?? Cost.OneRequest)];

    private protected static ImmutableArray<LimitSpec> Limits(string text)
    {
        LimitGrammar.TryParse(text, out ImmutableArray<LimitSpec> limits, out string? error).ShouldBeTrue(error);
        return limits;
    }

    private protected static QuotaPolicy Policy(ImmutableArray<LimitSpec> limits) => new("client", 1, limits, []);

    private protected static QuotaPolicy Policy(string limits = "none", params (string Resource, string Limits)[] resources) =>
        new("client", 1, Limits(limits), [.. resources.Select(r => (r.Resource, Limits(r.Limits)))]);

    private protected static QuotaPolicy Policy(string limits, int version = 1, string client = "client", int maxQueue = 10_000, long maxQueueBytes = 1 << 20) =>
        new(client, version, Limits(limits), []) { MaxQueue = maxQueue, MaxQueueBytes = maxQueueBytes };

    /// <summary>Asks for an attempt to go.</summary>
    private protected Admission Ask(
        QuotaPolicy policy, ref Grant grant, out Waiter? waiter, out QuotaRefusal? refusal, Cost? cost = null, ImmutableArray<QuotaUse> uses = default,
        string account = "a", string? authority = null, TimeSpan? maxWait = null, TimeSpan? timeLeft = null, long bodyBytes = 0)
    {
        var demand = new QuotaDemand
        {
            Policy = policy,
            Provider = "test",
            Account = account,
            Authority = authority,
            Uses = cost is { } own ? Uses("*", own) : uses,
            BodyBytes = bodyBytes,
            MaxWait = maxWait ?? Timeout.InfiniteTimeSpan,
            TimeLeft = timeLeft ?? Timeout.InfiniteTimeSpan,
        };
        return Ledger.Admit(demand, ref grant, out waiter, out refusal);
    }

    /// <summary>Asks for an attempt that has to wait.</summary>
    private protected Waiter Wait(
        QuotaPolicy policy, Cost? cost = null, ImmutableArray<QuotaUse> uses = default, string account = "a", string? authority = null, TimeSpan? timeLeft = null,
        long bodyBytes = 0)
    {
        Grant grant = default;
        Ask(policy, ref grant, out Waiter? waiter, out QuotaRefusal? refusal, cost, uses, account, authority, timeLeft: timeLeft, bodyBytes: bodyBytes)
            .ShouldBe(Admission.Waiting, refusal?.Message);
        return waiter!;
    }

    /// <summary>An attempt from grant to the end of its body.</summary>
    private protected void Cycle(QuotaPolicy policy, Cost? cost = null, ImmutableArray<QuotaUse> uses = default, string account = "a")
    {
        Grant grant = default;
        if (Ask(policy, ref grant, out _, out QuotaRefusal? refusal, cost, uses, account) != Admission.Granted)
        {
            throw new InvalidOperationException(refusal?.Message ?? "It waits.");
        }

        End(grant);
    }

    private protected void End(Grant grant)
    {
        Ledger.Settle(ref grant, Verdict.Ok, Ledger.Clock.Provider.GetTimestamp());
        Ledger.Release(ref grant);
    }

    private protected void End(Waiter waiter) => End(waiter.Grant);
}
