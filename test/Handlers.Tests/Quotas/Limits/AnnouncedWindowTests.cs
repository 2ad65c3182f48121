using Handlers.Quotas;
using static Handlers.Tests.Quotas.Ticks;

namespace Handlers.Tests.Quotas;

/// <summary>A window of a minute and ten, of which a first answer has said that four are left for thirty seconds. It is taken as over 0.05 s late.</summary>
public sealed class AnnouncedWindowTests
{
    private const double End = 30.05;

    private readonly AnnouncedWindow _window = new(LimitSpec.Window(10, Seconds(60)), now: 0);

    public AnnouncedWindowTests() => Hear(remaining: 4, reset: 30, at: 0);

    [Fact]
    public void What_is_left_goes_and_the_rest_waits_for_the_end()
    {
        _window.Free(0).ShouldBe(4);
        _window.FitsAt(4, 0).ShouldBe(0);
        _window.FitsAt(5, 0).ShouldBe(At(End));
        _window.FullAt(0).ShouldBe(At(End));
        _window.Free(At(End)).ShouldBe(10);
    }

    [Fact]
    public void A_margin_is_left_to_others()
    {
        Hear(remaining: 4, reset: 30, at: 0, margin: 10);

        _window.Capacity.ShouldBe(9);
        _window.Free(0).ShouldBe(3);
        _window.FitsAt(3, 0).ShouldBe(0);
        _window.FitsAt(4, 0).ShouldBe(At(End));
        _window.Forecast(4, 0, lag: 0).ShouldBe(At(End));
    }

    [Theory]
    [InlineData(4, 0)]
    [InlineData(5, End)]
    [InlineData(14, End)]
    [InlineData(15, End + 60)]
    public void It_forecasts_a_period_for_each_capacity_that_goes_before(long amount, double at) =>
        _window.Forecast(amount, now: 0, lag: 0).ShouldBe(At(at));

    [Fact]
    public void What_is_under_way_may_not_be_in_what_is_said_to_be_left()
    {
        _window.Count(1, At(1));
        _window.Take(1, At(1), Limit.Never);

        Hear(remaining: 2, reset: 28, at: 2, leftAt: 1);

        _window.Free(At(2)).ShouldBe(1);
    }

    [Fact]
    public void An_attempt_whose_answer_said_nothing_may_not_be_in_what_the_next_one_says()
    {
        _window.Count(1, At(1));
        _window.Count(1, At(1));

        Hear(remaining: 2, reset: 28, at: 2, leftAt: 1);

        _window.Free(At(2)).ShouldBe(1);
    }

    [Fact]
    public void No_answer_leaves_more_than_an_earlier_one_did()
    {
        Hear(remaining: 9, reset: 29, at: 1);

        _window.Free(At(1)).ShouldBe(4);
    }

    [Fact]
    public void What_cost_less_is_left_and_what_cost_more_is_not()
    {
        _window.Take(2, At(1), Limit.Never);

        _window.Settle(2, 1, Answered(At(1), At(2)));

        _window.Free(At(2)).ShouldBe(3);
    }

    [Fact]
    public void What_left_before_the_window_was_known_is_not_under_way_here()
    {
        _window.Take(1, At(1), Limit.Never);

        _window.Return(1, -1, At(2), foreseen: false);
        Hear(remaining: 3, reset: 28, at: 2, leftAt: 1);

        _window.Free(At(2)).ShouldBe(2, "the one under way may not be in the three");
    }

    [Fact]
    public void Those_under_way_when_it_was_announced_are_taken_off_until_they_are_answered()
    {
        var window = new AnnouncedWindow(LimitSpec.Window(10, Seconds(60)), now: 0);
        window.Foresee(2);
        long before = window.Free(0);

        Hear(window, remaining: 9, reset: 30, at: 0.1, leftAt: -1);
        long afterOne = window.Free(At(0.1));
        Hear(window, remaining: 9, reset: 30, at: 0.1, leftAt: -1);

        (before, afterOne).ShouldBe((8, 8));
        window.Free(At(0.1)).ShouldBe(9);
    }

    [Fact]
    public void A_reset_of_nothing_says_nothing()
    {
        Hear(remaining: 0, reset: 0, at: 1);

        _window.Free(At(1)).ShouldBe(4);
    }

    [Theory]
    [InlineData(31.9, End)]
    [InlineData(29, 29.05)]
    public void The_end_may_come_earlier_and_whole_seconds_make_it_no_later(double named, double end)
    {
        Hear(remaining: 0, reset: named - 1, at: 1);

        _window.FitsAt(1, At(1)).ShouldBe(At(end));
    }

    [Fact]
    public void An_end_that_is_named_much_later_is_another_windows()
    {
        Hear(remaining: 9, reset: 40, at: 20);

        _window.Free(At(20)).ShouldBe(9);
        _window.FitsAt(10, At(20)).ShouldBe(At(60.05));
    }

    [Fact]
    public void Of_a_window_of_two_seconds_a_second_is_much()
    {
        var window = new AnnouncedWindow(LimitSpec.Window(10, Seconds(2)), now: 0);
        Hear(window, remaining: 0, reset: 1, at: 0, period: 2);

        Hear(window, remaining: 9, reset: 1.2, at: 1, period: 2);

        window.Free(At(1)).ShouldBe(9);
    }

    [Fact]
    public void After_the_end_a_late_word_on_the_window_that_is_over_is_left_aside()
    {
        long fresh = _window.Free(At(31));

        Hear(remaining: 0, reset: 0.5, at: 32, leftAt: 29);

        fresh.ShouldBe(10);
        _window.Free(At(32)).ShouldBe(10);
    }

    [Fact]
    public void After_the_end_a_late_word_on_the_new_window_counts()
    {
        _ = _window.Free(At(31));

        Hear(remaining: 3, reset: 58, at: 32, leftAt: 29);

        _window.Free(At(32)).ShouldBe(3);
        _window.FitsAt(4, At(32)).ShouldBe(At(90.05));
    }

    [Fact]
    public void Where_the_end_is_known_a_late_word_on_an_earlier_one_is_left_aside()
    {
        _ = _window.Free(At(31));
        Hear(remaining: 8, reset: 58, at: 32);

        Hear(remaining: 0, reset: 50, at: 33, leftAt: 29);

        _window.Free(At(33)).ShouldBe(8);
    }

    [Fact]
    public void An_attempt_of_this_window_may_bring_its_end_nearer()
    {
        _ = _window.Free(At(31));
        Hear(remaining: 8, reset: 58, at: 32);

        Hear(remaining: 5, reset: 50, at: 33, leftAt: 32);

        _window.Free(At(33)).ShouldBe(5);
        _window.FitsAt(6, At(33)).ShouldBe(At(83.05));
    }

    [Fact]
    public void After_the_end_what_is_under_way_counts_in_the_new_window()
    {
        _window.Take(3, At(29), Limit.Never);

        _window.Free(At(31)).ShouldBe(7);
    }

    [Theory]
    [InlineData(20, 14, 14)]
    [InlineData(20, 20, 14)]
    [InlineData(8, 4, 4)]
    [InlineData(8, 3, 3)]
    [InlineData(20, QuotaObservation.Unknown, 14)]
    [InlineData(8, QuotaObservation.Unknown, 2)]
    public void Another_limit_leaves_what_was_left_and_the_difference(long limit, long remaining, long free)
    {
        Hear(remaining, reset: 29, at: 1, limit: limit);

        _window.Free(At(1)).ShouldBe(free);
    }

    [Fact]
    public void A_window_that_nobody_names_is_as_long_as_the_longest_rest_of_it()
    {
        var window = new AnnouncedWindow(LimitSpec.Window(10, Seconds(30)), now: 0);

        Hear(window, remaining: 0, reset: 50, at: 0, period: null);
        _ = window.Free(At(51));

        window.Spec.Period.ShouldBe(Seconds(50));
        window.FitsAt(11, At(51)).ShouldBe(At(101));
    }

    private void Hear(long remaining, double reset, double at, double? leftAt = null, long limit = 10, double margin = 0) =>
        Hear(_window, remaining, reset, at, leftAt, limit, margin);

    private static void Hear(
        AnnouncedWindow window, long remaining, double reset, double at, double? leftAt = null, long limit = 10, double margin = 0, double? period = 60) => window.Learn(
        new QuotaObservation("core", LimitUnit.Requests)
        {
            Limit = limit,
            Remaining = remaining,
            Reset = Seconds(reset),
            Window = period is { } named ? Seconds(named) : Timeout.InfiniteTimeSpan,
        },
        At(leftAt ?? at),
        margin,
        At(at));
}
