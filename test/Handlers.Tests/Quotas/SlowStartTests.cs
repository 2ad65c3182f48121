using System.Collections.Immutable;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public class SlowStartTests
{
    private static readonly ImmutableArray<QuotaUse> Slow = [new("model", Cost.OneRequest, QuotaStart.Slow)];

    private readonly ManualTime _time = new();
    private readonly QuotaLedger _ledger;
    private QuotaPolicy _policy = new("client", 1, [], []);

    public SlowStartTests()
    {
        _ledger = new QuotaLedger(_time);
    }

    [Fact]
    public void Ten_a_second_go_while_nothing_is_known()
    {
        int first = SpendForASecond();
        int second = SpendForASecond();

        first.ShouldBe(10);
        second.ShouldBe(10);
    }

    [Fact]
    [Trait("Pitfall", "1")]
    public void They_go_evenly_so_that_one_of_them_meets_the_limit()
    {
        int atOnce = Spend();
        _time.Advance(TimeSpan.FromMilliseconds(100));
        int later = Spend();

        atOnce.ShouldBe(1);
        later.ShouldBe(1);
    }

    [Fact]
    public void The_rate_doubles_after_a_minute_without_a_refusal()
    {
        for (int second = 0; second <= 60; second++)
        {
            SpendForASecond();
        }

        int later = SpendForASecond();

        later.ShouldBe(20);
    }

    [Fact]
    public void A_refusal_halves_the_rate_once_however_many_come()
    {
        Spend();
        for (int i = 0; i < 3; i++)
        {
            _ledger.CloseGate(new QuotaKey("test", "a", "model"), new GateClosing(TimeSpan.FromSeconds(5), IsExhausted: false, "429"));
        }

        QuotaSnapshot quota = _ledger.Snapshot().Single(q => q.Resource == "model");

        quota.Limits.Single().Capacity.ShouldBe(5);
    }

    [Fact]
    [Trait("Pitfall", "24")]
    public void A_minute_behind_a_closed_gate_doubles_nothing()
    {
        Spend();
        _ledger.CloseGate(new QuotaKey("test", "a", "model"), new GateClosing(TimeSpan.FromSeconds(60), IsExhausted: false, "429"));
        _time.Advance(TimeSpan.FromSeconds(61));
        Spend();

        QuotaSnapshot quota = _ledger.Snapshot().Single(q => q.Resource == "model");

        quota.Limits.Single().Capacity.ShouldBe(5);
    }

    [Fact]
    public void What_is_configured_for_the_client_makes_it_needless()
    {
        LimitGrammar.TryParse("100/second", out ImmutableArray<LimitSpec> limits, out _).ShouldBeTrue();
        _policy = new QuotaPolicy("client", 1, limits, []);

        int first = Spend();

        first.ShouldBe(100);
    }

    private int SpendForASecond()
    {
        int granted = 0;
        for (int i = 0; i < 100; i++)
        {
            granted += Spend();
            _time.Advance(TimeSpan.FromMilliseconds(10));
        }

        return granted;
    }

    /// <summary>How many of 300 calls go at once; each is answered at once.</summary>
    private int Spend()
    {
        int granted = 0;
        for (int i = 0; i < 300; i++)
        {
            Grant grant = default;
            var demand = new QuotaDemand
            {
                Policy = _policy,
                Provider = "test",
                Account = "a",
                Uses = Slow,
                MaxWait = TimeSpan.Zero,
                TimeLeft = Timeout.InfiniteTimeSpan,
            };
            if (_ledger.Admit(demand, ref grant, out _, out _) == Admission.Granted)
            {
                granted++;
                _ledger.Release(ref grant);
            }
        }

        return granted;
    }
}
