using System.Collections.Immutable;
using System.Globalization;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public class ManyQuotasTests
{
    private const int Accounts = 100_000;

    [Theory]
    [InlineData("100/second, 6000/minute")]
    [InlineData("100/second; bucket, 1000 tokens/minute; bucket")]
    [InlineData("60/minute; window, 5000/hour")]
    public void An_idle_quota_of_two_limits_costs_at_most_250_bytes(string limits)
    {
        LimitGrammar.TryParse(limits, out ImmutableArray<LimitSpec> specs, out string? error).ShouldBeTrue(error);
        var policy = new QuotaPolicy("client", 1, specs, []);
        string[] names = [.. Enumerable.Range(0, Accounts).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        var ledger = new QuotaLedger(new ManualTime());

        long before = GC.GetTotalMemory(forceFullCollection: true);
        foreach (string name in names)
        {
            Grant grant = default;
            var demand = new QuotaDemand
            {
                Policy = policy,
                Provider = "test",
                Account = name,
                MaxWait = Timeout.InfiniteTimeSpan,
                TimeLeft = Timeout.InfiniteTimeSpan,
            };
            ledger.Admit(demand, ref grant, out _, out _);
            ledger.Settle(ref grant, Verdict.Ok, ledger.Clock.Provider.GetTimestamp());
            ledger.Release(ref grant);
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(names);
        ledger.Count.ShouldBe(Accounts);
        ((after - before) / (double)Accounts).ShouldBeLessThanOrEqualTo(250);
    }
}
