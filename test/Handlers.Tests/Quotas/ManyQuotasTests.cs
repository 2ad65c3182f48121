using System.Collections.Immutable;
using System.Globalization;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public class ManyQuotasTests
{
    private const int Accounts = 100_000;

    [Theory]
    [Trait("Requirement", "C5")]
    [InlineData("100/second, 6000/minute")]
    [InlineData("100/second; bucket, 1000 tokens/minute; bucket")]
    [InlineData("60/minute; window, 5000/hour")]
    public void An_idle_quota_of_two_limits_costs_at_most_250_bytes(string limits) =>
        BytesEach(Accounts, limits, uses: 1).ShouldBeLessThanOrEqualTo(250);

    [Theory]
    [Trait("Requirement", "C5")]
    [InlineData("100000/minute; bucket", 70, 300)]
    [InlineData("100000/minute; window", 70, 300)]
    [InlineData("100/minute", 700, 4 * 1024)]
    [InlineData("100000/minute", 70, 10 * 1024)]
    public void A_busy_quota_costs_no_more_than_its_kind_needs_however_much_goes_through_it(string limits, int everyMilliseconds, int bytes) =>
        BytesEach(accounts: 500, limits, uses: 1000, everyMilliseconds).ShouldBeLessThanOrEqualTo(bytes);

    /// <summary>The least of three: what else comes to live on the heap meanwhile is not ours each time.</summary>
    private static double BytesEach(int accounts, string limits, int uses, int everyMilliseconds = 0) =>
        Enumerable.Range(0, 3).Min(_ => BytesOnceEach(accounts, limits, uses, everyMilliseconds));

    private static double BytesOnceEach(int accounts, string limits, int uses, int everyMilliseconds)
    {
        LimitGrammar.TryParse(limits, out ImmutableArray<LimitSpec> specs, out string? error).ShouldBeTrue(error);
        var policy = new QuotaPolicy("client", 1, specs, []);
        string[] names = [.. Enumerable.Range(0, accounts).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        var time = new ManualTime();
        var ledger = new QuotaLedger(time);

        long before = GC.GetTotalMemory(forceFullCollection: true);
        for (int use = 0; use < uses; use++)
        {
            foreach (string name in names)
            {
                Use(ledger, policy, name);
            }

            time.Advance(TimeSpan.FromMilliseconds(everyMilliseconds));
        }

        long after = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(names);
        ledger.Count.ShouldBe(accounts);
        return (after - before) / (double)accounts;
    }

    private static void Use(QuotaLedger ledger, QuotaPolicy policy, string account)
    {
        Grant grant = default;
        var demand = new QuotaDemand
        {
            Policy = policy,
            Provider = "test",
            Account = account,
            MaxWait = TimeSpan.Zero,
            TimeLeft = Timeout.InfiniteTimeSpan,
        };
        ledger.Admit(demand, ref grant, out _, out _);
        ledger.Settle(ref grant, Verdict.Ok, ledger.Clock.Provider.GetTimestamp());
        ledger.Release(ref grant);
    }
}
