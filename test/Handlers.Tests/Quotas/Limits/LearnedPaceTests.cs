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
    public void What_was_found_is_reached_again_after_twenty_times_the_wait(double wait, double recovery)
    {
        (LearnedRate rate, long at) = Found(wait);
        double found = PerSecond(rate) / 0.85;

        at = Use(rate, at, recovery / 2);
        double half = PerSecond(rate);
        Use(rate, at, recovery / 2);

        half.ShouldBe(found * (1 - (0.15 / 8)), tolerance: found * 0.005);
        PerSecond(rate).ShouldBe(found, tolerance: found * 0.005);
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
