using Handlers.Quotas;
using static Handlers.Tests.Quotas.Ticks;

namespace Handlers.Tests.Quotas;

/// <summary>An announced bucket by hand: its level, and the rate that resets tell. A quarter of a second is what ways to the provider may differ by.</summary>
public sealed class AnnouncedLevelTests
{
    private readonly AnnouncedBucket _minute = Bucket(60);
    private readonly AnnouncedBucket _hour = Bucket(3600);

    [Fact]
    public void What_has_just_left_does_not_refill()
    {
        _minute.Take(30, 0, Limit.Never);

        _minute.FitsAt(29, 0).ShouldBe(0);
        _minute.FitsAt(30, 0).ShouldBe(At(0.25));
        _minute.FullAt(0).ShouldBe(At(30.25));
    }

    [Fact]
    public void A_margin_is_left_to_others_except_by_one_that_needs_all_there_is()
    {
        Hear(_minute, remaining: 60, at: 0, margin: 10);
        long whole = _minute.FitsAt(55, 0);

        _minute.Take(30, 0, Limit.Never);

        whole.ShouldBe(0);
        _minute.Free(0).ShouldBe(23);
        _minute.FitsAt(23, 0).ShouldBe(0);
        _minute.FitsAt(24, 0).ShouldBe(At(0.25));
        _minute.Forecast(24, 0, lag: 0).ShouldBe(At(0.25));
    }

    [Fact]
    public void A_guessed_cost_keeps_its_reserve_in_forecasts_too()
    {
        AnnouncedBucket tokens = Tokens(seconds: 600);
        tokens.Take(300, 0, Limit.Never);

        long fits = tokens.FitsAt(290, 0);

        fits.ShouldBeGreaterThan(At(10));
        tokens.Forecast(290, 0, lag: 0).ShouldBe(fits);
    }

    [Theory]
    [InlineData(2, 2, true)]
    [InlineData(1, 6, false)]
    public void A_price_that_answers_told_otherwise_keeps_a_reserve_too(long cheap, long dear, bool fits)
    {
        for (int i = 0; i < 16; i++)
        {
            _hour.Take(2, At(i), Limit.Never);
            _hour.Settle(2, i % 2 == 0 ? cheap : dear, Answered(At(i), At(i)));
        }

        Hear(_hour, remaining: 5, at: 17, leftAt: 17);

        (_hour.FitsAt(2, At(17)) == At(17)).ShouldBe(fits);
        _hour.FitsAt(2, At(17)).ShouldBeLessThan(At(17 + 3600));
    }

    [Fact]
    public void A_refused_attempt_tells_nothing_about_prices()
    {
        _hour.Take(2, 0, Limit.Never);
        _hour.Settle(2, 0, Answered(0, 0));

        _hour.FitsAt(59, 0).ShouldBe(0);
    }

    [Theory]
    [InlineData(0.1, 10)]
    [InlineData(1, 20)]
    public void Where_others_spend_what_has_just_left_may_not_be_in_what_they_left(double answered, long free)
    {
        _hour.Take(10, 0, Limit.Never);

        Hear(_hour, remaining: 20, at: answered, leftAt: 0);

        _hour.Free(At(answered)).ShouldBe(free);
    }

    /// <summary>A leaves at 1 s, B at 3 and C at 4; others spend twenty. What A says that comes at 6 s may be five seconds old.</summary>
    [Fact]
    public void A_late_answer_lifts_nothing_when_others_that_left_after_it_have_been_counted()
    {
        _hour.Take(10, At(1), Limit.Never);
        _hour.Take(10, At(3), Limit.Never);
        Hear(_hour, remaining: 40, at: 3.1, leftAt: 3);
        _hour.Take(10, At(4), Limit.Never);
        Hear(_hour, remaining: 10, at: 5, leftAt: 4);

        Hear(_hour, remaining: 60, at: 6, leftAt: 1);

        _hour.Free(At(6)).ShouldBe(10);
    }

    /// <summary>What is known to be counted since a moment ago does not date answers that were written before.</summary>
    [Fact]
    public void Answers_that_cross_within_a_quarter_of_a_second_are_all_believed()
    {
        _hour.Take(10, At(1), Limit.Never);
        _hour.Take(10, At(3), Limit.Never);
        _hour.Take(10, At(3.05), Limit.Never);
        Hear(_hour, remaining: 20, at: 3.1, leftAt: 3);
        Hear(_hour, remaining: 20, at: 3.15, leftAt: 3.05);

        Hear(_hour, remaining: 60, at: 3.2, leftAt: 1);

        _hour.Free(At(3.2)).ShouldBe(30);
    }

    [Fact]
    public void What_was_given_back_of_those_that_left_earlier_is_seen()
    {
        _hour.Take(20, At(1), Limit.Never);
        _hour.Take(10, At(3), Limit.Never);

        Hear(_hour, remaining: 55, at: 4, leftAt: 3);

        _hour.Free(At(4)).ShouldBe(45, "the ten may not be in it, the twenty are");
    }

    [Fact]
    public void Those_under_way_when_it_was_announced_are_taken_off_until_they_are_answered()
    {
        _hour.Foresee(2);
        Hear(_hour, remaining: 60, at: 0);
        long before = _hour.Free(0);

        _hour.Settle(1, 1, Answered(-1, At(1)));
        Hear(_hour, remaining: 60, at: 1);

        before.ShouldBe(58);
        _hour.Free(At(1)).ShouldBe(59);
    }

    [Theory]
    [InlineData(100, 69)]
    [InlineData(40, 9)]
    public void Another_limit_leaves_what_was_left_and_the_difference(long limit, long free)
    {
        _hour.Take(30, 0, Limit.Never);

        Hear(_hour, remaining: QuotaObservation.Unknown, at: 0, limit: limit);

        _hour.Free(0).ShouldBe(free);
    }

    [Fact]
    public void What_refills_between_two_answers_is_no_error_of_the_estimates()
    {
        AnnouncedBucket tokens = Tokens(seconds: 60);
        tokens.Take(500, 0, Limit.Never);
        Hear(tokens, remaining: 110, at: 1, leftAt: 0);
        tokens.Take(100, At(2), Limit.Never);

        Hear(tokens, remaining: 30, at: 3, leftAt: 2);

        tokens.FitsAt(10, At(3)).ShouldBeInRange(At(9), At(10), "a hundred cost a hundred: half of the reserve is left");
    }

    [Fact]
    public void What_may_not_be_counted_yet_teaches_nothing_about_estimates()
    {
        AnnouncedBucket tokens = Tokens(seconds: 600);
        tokens.Take(100, 0, Limit.Never);
        Hear(tokens, remaining: 500, at: 0.1, leftAt: 0);
        tokens.Take(10, At(0.2), Limit.Never);

        Hear(tokens, remaining: 400, at: 0.3, leftAt: 0.2);

        tokens.FitsAt(200, At(0.3)).ShouldBe(At(0.3));
    }

    [Fact]
    public void A_bucket_that_was_full_meanwhile_was_full_and_not_what_was_left_before()
    {
        AnnouncedBucket tokens = Tokens(seconds: 600);
        tokens.Take(100, 0, Limit.Never);
        Hear(tokens, remaining: 501, at: 1, leftAt: 0);
        tokens.Take(100, At(1000), Limit.Never);

        Hear(tokens, remaining: 501, at: 1001, leftAt: 1000);

        tokens.FitsAt(200, At(1001)).ShouldBe(At(1001), "both cost what they were thought to cost");
    }

    [Fact]
    public void Where_something_left_before_it_was_full_again_nothing_is_learned()
    {
        AnnouncedBucket tokens = Tokens(seconds: 600);
        tokens.Take(100, 0, Limit.Never);
        Hear(tokens, remaining: 501, at: 1, leftAt: 0);
        tokens.Take(100, At(2), Limit.Never);
        tokens.Take(100, At(1000), Limit.Never);

        Hear(tokens, remaining: 501, at: 1001, leftAt: 1000);

        tokens.FitsAt(200, At(1001)).ShouldBe(At(1001));
    }

    [Theory]
    [InlineData(60, 1.933)]
    [InlineData(30, 2.000)]
    [InlineData(20, 2.143)]
    public void The_documented_rate_holds_within_what_a_reset_tells(double documented, double rate)
    {
        AnnouncedBucket bucket = Bucket(documented);

        Hear(bucket, remaining: 30, at: 0, reset: 15);

        PerSecond(bucket).ShouldBe(rate, tolerance: 0.001, "29 to 30 are missing, which takes 14 to 15 s");
    }

    [Fact]
    public void Resets_that_contradict_earlier_ones_begin_anew()
    {
        Hear(_minute, remaining: 30, at: 0, reset: 15);

        Hear(_minute, remaining: 30, at: 0, reset: 60);

        PerSecond(_minute).ShouldBe(30 / 59.0, tolerance: 0.001);
    }

    [Fact]
    public void Resets_that_agree_narrow_the_rate()
    {
        Hear(_minute, remaining: 50, at: 0, reset: 5);
        double first = PerSecond(_minute);

        Hear(_minute, remaining: 0, at: 0, reset: 30);

        first.ShouldBe(9 / 5.0, tolerance: 0.001);
        PerSecond(_minute).ShouldBe(59 / 30.0, tolerance: 0.001);
    }

    [Fact]
    public void A_full_bucket_and_a_reset_of_nothing_tell_no_rate()
    {
        Hear(_minute, remaining: 60, at: 0, reset: 15);
        Hear(_minute, remaining: 30, at: 0, reset: 0);

        PerSecond(_minute).ShouldBe(1);
    }

    [Fact]
    public void Another_limit_has_a_rate_of_its_own()
    {
        Hear(_minute, remaining: 30, at: 0, reset: 15);

        Hear(_minute, remaining: QuotaObservation.Unknown, at: 0, limit: 240);

        PerSecond(_minute).ShouldBe(4);
    }

    private static AnnouncedBucket Bucket(double seconds) => new(LimitSpec.Bucket(60, Seconds(seconds), burst: 60), now: 0);

    private static double PerSecond(AnnouncedBucket bucket) => bucket.Rate * Second;

    private static AnnouncedBucket Tokens(double seconds) => new(LimitSpec.Bucket(600, Seconds(seconds), 600, LimitUnit.Tokens), now: 0);

    private static void Hear(AnnouncedBucket bucket, long remaining, double at, double? leftAt = null, double reset = -1, long? limit = null, double margin = 0) => bucket.Learn(
        new QuotaObservation("model", bucket.Unit)
        {
            Limit = limit ?? bucket.Spec.Burst,
            Remaining = remaining,
            Meaning = ResetMeaning.TimeUntilFull,
            Reset = reset < 0 ? Timeout.InfiniteTimeSpan : Seconds(reset),
        },
        At(leftAt ?? at),
        margin,
        At(at));
}
