using Handlers.Quotas;
using static Handlers.Tests.Quotas.Ticks;

namespace Handlers.Tests.Quotas;

/// <summary>A learned rate by hand: how it grows in use, and what it takes as found.</summary>
public sealed class LearnedPaceTests
{
    [Fact]
    public void One_attempt_takes_no_more_than_goes_in_a_second()
    {
        LearnedRate rate = LearnedRate.Slow(now: 0);

        rate.AmountOf(new Cost(50)).ShouldBe(10);
        rate.AmountOf(new Cost(3)).ShouldBe(3);
    }

    [Fact]
    public void One_that_never_left_leaves_its_turn_to_the_next()
    {
        LearnedRate rate = LearnedRate.Slow(now: 0);
        rate.Take(1, 0, Limit.Never);
        long next = rate.FitsAt(1, 0);

        rate.Return(1, 0, At(0.05), foreseen: false);

        next.ShouldBe(At(0.1));
        rate.FitsAt(1, At(0.05)).ShouldBe(At(0.05));
    }

    [Theory]
    [InlineData(5, 10)]
    [InlineData(80, 80)]
    [InlineData(50_000, 10_000)]
    public void A_search_begins_with_what_was_under_way(int underWay, double perSecond) =>
        PerSecond(LearnedRate.AfterRefusal(underWay, Refusal(wait: 1), now: 0)).ShouldBe(perSecond);

    [Theory]
    [InlineData(0.1, 1)]
    [InlineData(4, 4)]
    [InlineData(60, 10)]
    public void A_search_doubles_after_as_long_as_the_provider_asked_to_wait(double wait, double doubling)
    {
        LearnedRate rate = LearnedRate.AfterRefusal(40, Refusal(wait), now: 0);

        long at = Use(rate, from: 0, seconds: doubling - 0.1);
        double before = PerSecond(rate);
        Use(rate, at, seconds: 0.2);

        before.ShouldBe(40);
        PerSecond(rate).ShouldBe(80);
    }

    [Theory]
    [InlineData(0.5, 20)]
    [InlineData(2, 40)]
    [InlineData(60, 300)]
    public void What_was_found_is_reached_again_after_twenty_times_the_wait_and_then_passed(double wait, double recovery)
    {
        (LearnedRate rate, long at) = Found(wait);
        double found = PerSecond(rate) / 0.85;

        at = Use(rate, at, recovery / 2);
        double half = PerSecond(rate);
        at = Use(rate, at, recovery / 2);
        double whole = PerSecond(rate);
        Use(rate, at, recovery);

        half.ShouldBe(found * (1 - (0.15 / 8)), tolerance: found * 0.005);
        whole.ShouldBe(found, tolerance: found * 0.005);
        PerSecond(rate).ShouldBe(found * 1.15, tolerance: found * 0.005);
    }

    [Fact]
    public void It_never_grows_beyond_ten_thousand_a_second()
    {
        LearnedRate rate = LearnedRate.AfterRefusal(9_000, Refusal(wait: 1), now: 0);

        Use(rate, from: 0, seconds: 3);

        PerSecond(rate).ShouldBe(10_000);
    }

    [Theory]
    [InlineData(1, 40)]
    [InlineData(10, 4)]
    public void What_went_in_the_time_that_it_asks_for_is_what_clears_in_it(double wait, double perSecond)
    {
        LearnedRate rate = LearnedRate.AfterRefusal(40, Refusal(wait: 60), now: 0);
        long at = Use(rate, from: At(20), seconds: 1);

        rate.Refused(Refusal(wait), at);

        PerSecond(rate).ShouldBe(0.85 * perSecond, tolerance: 0.1 * perSecond);
    }

    [Fact]
    public void An_echo_changes_nothing()
    {
        (LearnedRate rate, long at) = Found(wait: 1);
        long now = Use(rate, at, seconds: 2);
        double before = PerSecond(rate);

        rate.Refused(Refusal(wait: 1) with { LeftAt = at }, now);

        PerSecond(rate).ShouldBe(before);
    }

    [Fact]
    public void Too_few_to_measure_lower_a_rate_that_was_found_by_as_little_as_any_others()
    {
        (LearnedRate rate, long at) = Found(wait: 1);
        double before = PerSecond(rate);
        long now = Use(rate, at + At(2), seconds: 0.15);

        rate.Refused(Refusal(wait: 1), now);

        PerSecond(rate).ShouldBe(before * 0.85, tolerance: before * 0.01);
    }

    [Fact]
    public void Where_few_go_in_the_time_asked_for_all_that_went_since_the_last_refusal_is_measured()
    {
        LearnedRate rate = LearnedRate.AfterRefusal(0, Refusal(wait: 1), now: 0);
        Every(rate, seconds: 2, from: 0, to: 60);
        rate.Refused(Refusal(wait: 60), At(60));
        Every(rate, seconds: 4, from: 121, to: 221);

        rate.Refused(Refusal(wait: 1), At(221));

        PerSecond(rate).ShouldBe(0.85 * 0.25, tolerance: 0.02);
    }

    [Fact]
    public void What_never_left_was_not_counted()
    {
        LearnedRate rate = LearnedRate.AfterRefusal(40, Refusal(wait: 60), now: 0);
        long at = Use(rate, from: At(20), seconds: 1);
        for (int i = 0; i < 20; i++)
        {
            rate.Return(1, At(20 + (0.05 * i)), at, foreseen: false);
        }

        rate.Refused(Refusal(wait: 1), at);

        PerSecond(rate).ShouldBe(0.85 * 20, tolerance: 2);
    }

    [Fact]
    public void It_says_whether_a_refusal_has_taught_it()
    {
        LearnedRate.Slow(now: 0).ToString().ShouldBe("10/second");
        LearnedRate.AfterRefusal(0, Refusal(wait: 1), now: 0).ToString().ShouldBe("10/second, learned");
    }

    private static GateClosing Refusal(double wait) => new(Seconds(wait), IsExhausted: false, "429") { Hint = Seconds(wait) };

    private static double PerSecond(LearnedRate rate) => rate.Rate * Second;

    /// <summary>Refused at forty a second.</summary>
    private static (LearnedRate Rate, long At) Found(double wait)
    {
        LearnedRate rate = LearnedRate.AfterRefusal(40, Refusal(wait: 60), now: 0);
        long at = Use(rate, from: At(1), seconds: 3);
        rate.Refused(Refusal(wait: wait) with { Hint = Seconds(1) }, at);
        return (rate, at);
    }

    private static void Every(LearnedRate rate, int seconds, int from, int to)
    {
        for (int at = from; at < to; at += seconds)
        {
            rate.Take(1, At(at), Limit.Never);
        }
    }

    /// <summary>Somebody always wants to go.</summary>
    /// <returns>When it ends.</returns>
    private static long Use(LearnedRate rate, long from, double seconds)
    {
        long end = from + At(seconds);
        for (long at = rate.FitsAt(1, from); at <= end; at = rate.FitsAt(1, at))
        {
            rate.Take(1, at, Limit.Never);
        }

        return end;
    }
}
