using Handlers.Quotas;
using static Handlers.Tests.Quotas.Ticks;

namespace Handlers.Tests.Quotas;

public sealed class SlidingWindowTests
{
    private readonly SlidingWindow _window = new(LimitSpec.Sliding(10, Seconds(60)));

    [Fact]
    public void What_was_counted_is_free_again_a_period_later_and_no_tick_earlier()
    {
        _window.Count(10, at: 0);

        long[] free = [_window.Free(At(60) - 1), _window.Free(At(60))];

        free.ShouldBe([0, 10]);
    }

    [Fact]
    public void It_waits_for_as_many_of_the_oldest_as_it_needs()
    {
        _window.Count(4, at: 0);
        _window.Count(6, at: At(10));

        long[] fits = [_window.FitsAt(4, At(20)), _window.FitsAt(5, At(20))];

        fits.ShouldBe([At(60), At(70)]);
        _window.FullAt(At(20)).ShouldBe(At(70));
    }

    [Fact]
    public void What_is_under_way_counts_from_when_its_answer_came()
    {
        _window.Take(10, 0, Limit.Never);
        (long fits, long full) = (_window.FitsAt(1, 0), _window.FullAt(0));

        _window.Settle(10, 10, Answered(0, At(3)));

        fits.ShouldBe(Limit.Never);
        full.ShouldBe(At(60));
        _window.FitsAt(1, At(3)).ShouldBe(At(63));
    }

    [Theory]
    [InlineData(2, 8)]
    [InlineData(5, 5)]
    [InlineData(7, 3)]
    public void It_counts_what_it_really_cost(long actual, long free)
    {
        var foreseen = new SlidingWindow(LimitSpec.Sliding(10, Seconds(60)));
        _window.Take(5, 0, Limit.Never);
        foreseen.Take(5, 0, At(0.2));

        _window.Settle(5, actual, Answered(0, At(1)));
        foreseen.Settle(5, actual, Foreseen(0, At(1)));

        _window.Free(At(1)).ShouldBe(free);
        foreseen.Free(At(1)).ShouldBe(free);
    }

    [Fact]
    public void What_never_left_is_free()
    {
        _window.Take(3, 0, Limit.Never);
        _window.Take(4, 0, At(0.2));

        _window.Return(3, 0, At(1), foreseen: false);
        _window.Return(4, 0, At(1), foreseen: true);

        _window.Free(At(1)).ShouldBe(10);
    }

    [Fact]
    public void What_took_longer_than_foreseen_counts_from_when_it_was_counted_at_the_latest()
    {
        _window.Take(10, 0, At(0.2));
        long foreseen = _window.FitsAt(10, 0);

        _window.Settle(10, 10, Late(0, At(5), by: At(3)));

        foreseen.ShouldBe(At(60.2));
        _window.FitsAt(10, At(5)).ShouldBe(At(63));
    }

    [Theory]
    [InlineData(1, 60)]
    [InlineData(10, 60)]
    [InlineData(11, 122)]
    [InlineData(20, 122)]
    [InlineData(21, 184)]
    public void It_forecasts_a_round_for_each_capacity_that_goes_before(long amount, double at)
    {
        _window.Count(10, at: 0);

        _window.Forecast(amount, now: At(1), lag: At(2)).ShouldBe(At(at));
    }

    [Fact]
    public void It_forecasts_a_whole_round_where_all_is_under_way()
    {
        _window.Take(10, 0, Limit.Never);

        _window.Forecast(1, now: At(1), lag: At(2)).ShouldBe(At(63));
    }

    [Fact]
    public void Of_many_in_a_period_ticks_are_rounded_up_to_the_grid()
    {
        var many = new SlidingWindow(LimitSpec.Sliding(512, Seconds(256)));
        long secondRound = many.Forecast(513, now: 0, lag: 0);

        many.Count(1, at: At(0.1));

        many.FitsAt(512, At(0.1)).ShouldBe(At(257));
        secondRound.ShouldBe(At(256.5), "half a grid point is lost on average");
    }
}
