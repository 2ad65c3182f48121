using Handlers.Quotas;
using Handlers.Tests.Support;
using static Handlers.Tests.Quotas.Ticks;

namespace Handlers.Tests.Quotas;

public sealed class SpreadTests
{
    private readonly Spread _even = new(new TokenBucket(LimitSpec.Bucket(10, Seconds(10), burst: 10)));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 3)]
    public void The_next_goes_when_the_time_has_passed_that_the_last_one_took(long amount, double next)
    {
        long first = _even.FitsAt(1, 0);

        _even.Take(amount, 0, Limit.Never);

        first.ShouldBe(0);
        _even.FitsAt(1, 0).ShouldBe(At(next));
        _even.FullAt(0).ShouldBe(At(next));
    }

    [Theory]
    [InlineData(1.019, 2)]
    [InlineData(1.02, 2.02)]
    [InlineData(5, 6)]
    public void A_timer_that_is_late_by_less_than_twenty_milliseconds_delays_nobody(double left, double next)
    {
        _even.Take(1, 0, Limit.Never);

        _even.Take(1, At(left), Limit.Never);

        _even.FitsAt(1, At(left)).ShouldBe(At(next));
    }

    [Fact]
    public void One_that_never_left_leaves_its_turn_to_the_next()
    {
        _even.Take(1, 0, Limit.Never);
        _even.Take(1, At(1), Limit.Never);

        _even.Return(1, At(1), At(1.5), foreseen: false);

        _even.FitsAt(1, At(1.5)).ShouldBe(At(1.5));
    }

    [Fact]
    public void What_only_an_earlier_one_gives_back_changes_nothing()
    {
        _even.Take(1, 0, Limit.Never);
        _even.Take(1, At(1), Limit.Never);

        _even.Return(1, 0, At(1.5), foreseen: false);
        _even.Settle(1, 5, Answered(0, At(1.5)));

        _even.FitsAt(1, At(1.5)).ShouldBe(At(2));
    }

    [Fact]
    public void What_the_last_one_really_cost_is_what_it_takes()
    {
        _even.Take(1, 0, Limit.Never);

        _even.Settle(1, 3, Answered(0, At(0.5)));

        _even.FitsAt(1, At(0.5)).ShouldBe(At(3));
    }

    [Fact]
    public void Nothing_is_free_before_the_next_ones_turn()
    {
        _even.Take(1, 0, Limit.Never);

        _even.Free(At(1) - 1).ShouldBe(0);
        _even.Free(At(1)).ShouldBe(10);
    }

    [Fact]
    public void Those_ahead_go_at_the_limits_rate()
    {
        _even.Take(1, 0, Limit.Never);

        _even.Forecast(1, ahead: 4, now: 0, lag: 0).ShouldBe(At(5));
        _even.Forecast(1, now: 0, lag: 0).ShouldBe(At(1));
    }

    [Fact]
    public void A_window_is_spent_over_the_time_that_is_left_of_it()
    {
        (Spread even, FixedWindow window) = InAWindow();

        Take(even, window, 1, At(1));

        even.FitsAt(1, At(1)).ShouldBe(At(6.8), "a tenth of the 58 s until the window's edge");
    }

    [Fact]
    public void What_others_take_of_the_window_is_spread_too()
    {
        (Spread even, FixedWindow window) = InAWindow();
        Take(even, window, 1, At(1));

        window.Take(5, At(2), Limit.Never);

        even.FitsAt(1, At(2)).ShouldBe(At(12.6), "a fifth of the 58 s");
    }

    [Theory]
    [InlineData(0, 6.8)]
    [InlineData(3, 24.2)]
    [InlineData(8, 53.2)]
    [InlineData(9, 59)]
    [InlineData(10, 65)]
    public void Those_ahead_go_over_what_is_left_of_the_window_and_then_at_its_rate(long ahead, double at)
    {
        (Spread even, FixedWindow window) = InAWindow();
        Take(even, window, 1, At(1));

        even.Forecast(1, ahead, now: At(1), lag: 0).ShouldBeInRange(At(at) - 1, At(at));
    }

    [Fact]
    public void The_first_of_a_window_goes_when_it_begins()
    {
        var time = new ManualTime();
        (Spread even, FixedWindow window) = InAWindow(time);
        Take(even, window, 10, At(58));
        long next = even.FitsAt(1, At(58));

        time.Advance(Seconds(60));

        next.ShouldBe(At(59), "nothing is left until then");
        even.FitsAt(1, At(61)).ShouldBe(At(61));
    }

    /// <summary>Ten a minute, one second after the clock's minute: see <see cref="FixedWindowTests"/>.</summary>
    private static (Spread Even, FixedWindow Window) InAWindow(ManualTime? time = null)
    {
        time ??= new ManualTime();
        var window = new FixedWindow(LimitSpec.Window(10, Seconds(60)), new LedgerClock(time));
        time.Advance(Seconds(1));
        return (new Spread(window), window);
    }

    private static void Take(Spread even, FixedWindow window, long amount, long at)
    {
        window.Take(amount, at, Limit.Never);
        even.Take(amount, at, Limit.Never);
    }
}
