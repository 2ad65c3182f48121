using System.Collections.Immutable;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

/// <summary>A quota that nobody announces: how its rate is felt out, found and kept.</summary>
public class LearnedRateTests
{
    private static readonly ImmutableArray<QuotaUse> Slow = [new("model", Cost.OneRequest, QuotaStart.Slow)];

    private readonly ManualTime _time = new();
    private readonly QuotaLedger _ledger;
    private QuotaPolicy _policy = new("client", 1, [], []);
    private ImmutableArray<QuotaUse> _uses = Slow;
    private string _quota = "model";

    public LearnedRateTests() => _ledger = new QuotaLedger(_time);

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

    [Fact]
    [Trait("Requirement", "B6")]
    public void The_rate_before_a_refusal_is_remembered_and_approached_from_below()
    {
        SpendFor(seconds: 125);
        Refuse(TimeSpan.FromSeconds(1));

        SpendFor(seconds: 2);
        int first = SpendForASecond();
        SpendFor(seconds: 20);
        int later = SpendForASecond();

        first.ShouldBeInRange(34, 36, "0.85 to 0.9 of the 40 a second that were refused");
        later.ShouldBeInRange(39, 41);
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public void A_wait_of_a_minute_tells_a_limit_of_so_many_a_minute()
    {
        SpendFor(seconds: 8);
        Refuse(TimeSpan.FromMinutes(1));
        _time.Advance(TimeSpan.FromMinutes(1));

        int minute = SpendFor(seconds: 60);

        minute.ShouldBeInRange(66, 76, "80 went in the minute before");
    }

    [Fact]
    [Trait("Pitfall", "24")]
    public void What_had_left_before_the_rate_was_lowered_lowers_it_no_further()
    {
        SpendFor(seconds: 125);
        long leftAt = _ledger.Clock.Now;
        Refuse(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(3));
        long before = Shown();

        Refuse(TimeSpan.FromSeconds(1), leftAt);

        Shown().ShouldBe(before);
    }

    [Fact]
    [Trait("Pitfall", "24")]
    public void A_probe_that_is_refused_says_nothing_about_the_rate()
    {
        SpendFor(seconds: 3);
        Refuse(TimeSpan.FromSeconds(1));

        for (int i = 0; i < 20; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Spend();
            Refuse(TimeSpan.FromSeconds(1));
        }

        PerSecond().ShouldBeInRange(0.3, 0.5, "10 went in the second before the first refusal, and none in the 20 since: not 0.85 to the power of 20");
    }

    [Fact]
    [Trait("Pitfall", "24")]
    public void Idling_is_no_proof_that_more_is_allowed()
    {
        SpendFor(seconds: 3);
        Refuse(TimeSpan.FromSeconds(1));
        long before = Shown();

        for (int minute = 0; minute < 30; minute++)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            Spend();
        }

        Shown().ShouldBe(before);
    }

    [Fact]
    public void A_refusal_where_nothing_was_counted_starts_a_search()
    {
        _quota = QuotaKey.AllResources;
        _uses = [];
        Spend();
        Refuse(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));

        int first = SpendForASecond();
        SpendFor(seconds: 1);
        int third = SpendForASecond();

        first.ShouldBeInRange(9, 11);
        third.ShouldBeInRange(36, 44);
    }

    [Fact]
    public void A_wait_for_the_rest_of_a_long_window_teaches_no_pace()
    {
        _quota = QuotaKey.AllResources;
        _uses = [];
        Spend();

        Refuse(TimeSpan.FromHours(1));

        _ledger.Snapshot().ShouldAllBe(q => q.Limits.IsEmpty);
    }

    [Fact]
    public void What_was_learned_is_kept_for_ten_minutes()
    {
        SpendFor(seconds: 3);
        Refuse(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        Spend();
        var many = new QuotaPolicy("other", 1, [], []);

        _time.Advance(TimeSpan.FromMinutes(9));
        Fill(many, "first");
        bool kept = Find() is not null;
        _time.Advance(TimeSpan.FromMinutes(2));
        Fill(many, "second");

        kept.ShouldBeTrue();
        Find().ShouldBeNull();
    }

    [Fact]
    public void Caught_up_with_what_timers_were_late()
    {
        Spend();
        int granted = 0;
        for (int i = 0; i < 100; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(100 + (i % 2 == 0 ? 4 : -4)));
            granted += Spend();
        }

        granted.ShouldBe(100);
    }

    /// <summary>Everybody who can goes; then the provider refuses the last one.</summary>
    private void Refuse(TimeSpan wait, long? leftAt = null) =>
        _ledger.CloseGate(new QuotaKey("test", "a", _quota), new GateClosing(wait, IsExhausted: false, "429") { Hint = wait, LeftAt = leftAt });

    private QuotaSnapshot? Find() => _ledger.Snapshot().FirstOrDefault(q => q.Account == "a" && q.Resource == _quota);

    private long Shown() => Find()!.Limits.Single().Capacity;

    private double PerSecond()
    {
        LimitGrammar.TryParse(Find()!.Limits.Single().Text.Replace(", learned", "", StringComparison.Ordinal), out ImmutableArray<LimitSpec> limits, out _).ShouldBeTrue();
        return limits[0].Amount / limits[0].Period.TotalSeconds;
    }

    /// <summary>So many new accounts that those with nothing to remember are forgotten.</summary>
    private void Fill(QuotaPolicy policy, string prefix)
    {
        for (int i = 0; i < 5000; i++)
        {
            Grant grant = default;
            var demand = new QuotaDemand
            {
                Policy = policy,
                Provider = "test",
                Account = $"{prefix}{i}",
                MaxWait = TimeSpan.Zero,
                TimeLeft = Timeout.InfiniteTimeSpan,
            };
            _ledger.Admit(demand, ref grant, out _, out _);
            _ledger.Release(ref grant);
        }
    }

    private int SpendFor(int seconds) => Enumerable.Range(0, seconds).Sum(_ => SpendForASecond());

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

    /// <summary>How many calls, 300 at most, go at once; each is answered at once.</summary>
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
                Uses = _uses,
                MaxWait = TimeSpan.Zero,
                TimeLeft = Timeout.InfiniteTimeSpan,
            };
            if (_ledger.Admit(demand, ref grant, out _, out _) != Admission.Granted)
            {
                break;
            }

            granted++;
            _ledger.Release(ref grant);
        }

        return granted;
    }
}
