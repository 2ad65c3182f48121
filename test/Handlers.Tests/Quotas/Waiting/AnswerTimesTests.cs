using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

public sealed class AnswerTimesTests
{
    private const long Ms = TimeSpan.TicksPerMillisecond;

    [Fact]
    public void Nothing_is_known_at_first()
    {
        AnswerTimes times = default;

        times.Usual.ShouldBe(0);
        times.Spread.ShouldBe(Limit.Never);
        times.Lag.ShouldBe(0);
    }

    [Fact]
    public void A_few_answers_say_how_long_they_take_but_not_yet_by_how_much_they_differ()
    {
        AnswerTimes times = default;
        Learn(ref times, AnswerTimes.Enough - 1, _ => 140 * Ms);

        times.Usual.ShouldBeInRange(139 * Ms, 141 * Ms);
        times.Spread.ShouldBe(Limit.Never);
        times.Lag.ShouldBe(times.Usual);
    }

    [Fact]
    public void Enough_of_them_bound_the_spread_of_the_ways()
    {
        AnswerTimes times = default;
        Learn(ref times, 200, i => (130 + (i % 21)) * Ms);

        times.Spread.ShouldBeInRange(17 * Ms, 21 * Ms);
        times.Lag.ShouldBe(times.Spread);
        times.Excess(150 * Ms).ShouldBeInRange(19 * Ms, 21 * Ms);
        times.Excess(100 * Ms).ShouldBe(0, "faster than the fastest cannot have been counted before it left");
    }

    [Fact]
    public void A_spread_no_smaller_than_the_usual_answer_is_of_no_use()
    {
        AnswerTimes times = default;
        Learn(ref times, 200, i => (i % 2 == 0 ? 10 : 800) * Ms);

        times.Spread.ShouldBe(Limit.Never);
    }

    [Fact]
    public void A_single_slow_answer_is_remembered_for_about_a_hundred()
    {
        AnswerTimes times = default;
        Learn(ref times, 100, _ => 140 * Ms);
        times.Learn(200 * Ms);
        long atOnce = times.Spread;

        Learn(ref times, 500, _ => 140 * Ms);

        atOnce.ShouldBeInRange(59 * Ms, 61 * Ms);
        times.Spread.ShouldBeLessThan(5 * Ms);
    }

    [Fact]
    public void A_way_that_became_longer_for_good_is_noticed()
    {
        AnswerTimes times = default;
        Learn(ref times, 100, _ => 100 * Ms);

        Learn(ref times, 10_000, _ => 150 * Ms);

        times.Usual.ShouldBeInRange(149 * Ms, 151 * Ms);
        times.Spread.ShouldBeLessThan(2 * Ms);
    }

    private static void Learn(ref AnswerTimes times, int count, Func<int, long> time)
    {
        for (int i = 0; i < count; i++)
        {
            times.Learn(time(i));
        }
    }
}
