using Handlers.Quotas;
using Handlers.Tests.Support;
using static Handlers.Tests.Quotas.Ticks;

namespace Handlers.Tests.Quotas;

/// <summary>Ten a minute by the clock, which stands on a whole minute at the beginning: the first whole window is that from 0.05 s to 60.05 s.</summary>
public sealed class FixedWindowTests
{
    private const double End = 60.05;

    // What leaves so late may arrive in the next window.
    private const double Edge = 59;

    private readonly ManualTime _time = new();
    private readonly FixedWindow _window;

    public FixedWindowTests() => _window = new FixedWindow(LimitSpec.Window(10, Seconds(60)), new LedgerClock(_time));

    [Fact]
    public void It_ends_a_moment_after_the_clocks_minute()
    {
        _window.Count(10, Go(1));

        (long since, long until, long left) = _window.Window(Go(2))!.Value;

        _window.FitsAt(1, Go(2)).ShouldBe(At(End));
        (since, until, left).ShouldBe((At(0.05), At(Edge), 0));
        _window.Free(Go(End)).ShouldBe(10);
    }

    [Fact]
    public void What_leaves_at_the_edge_counts_in_both_windows()
    {
        _window.Count(10, Go(Edge));

        (long fits, long full) = (_window.FitsAt(1, Go(Edge)), _window.FullAt(Go(Edge)));

        fits.ShouldBe(At(End + 60));
        full.ShouldBe(At(End + 60));
        _window.FitsAt(1, Go(End)).ShouldBe(At(End + 60));
    }

    [Fact]
    public void A_tick_before_the_edge_it_counts_in_one()
    {
        long at = At(Edge) - 1;
        Go(at / (double)Second);
        _window.Count(10, at);

        _window.FitsAt(1, at).ShouldBe(At(End));
        _window.FullAt(at).ShouldBe(At(End));
    }

    [Theory]
    [InlineData(119, 0)]
    [InlineData(121, 10)]
    public void What_was_late_counts_in_the_next_window_and_in_no_later_one(double at, long free)
    {
        _window.Count(10, Go(Edge));

        _window.Free(Go(at)).ShouldBe(free);
    }

    [Fact]
    public void What_was_late_in_a_window_long_ago_is_over()
    {
        _window.Count(10, Go(Edge));

        _window.Free(Go(End + 60)).ShouldBe(10);
    }

    [Fact]
    public void What_never_left_counts_in_neither()
    {
        long at = Go(Edge);
        _window.Take(10, at, Limit.Never);

        _window.Return(10, at, Go(59.5), foreseen: false);

        _window.Free(Go(59.5)).ShouldBe(10);
        _window.Free(Go(End)).ShouldBe(10);
    }

    [Fact]
    public void What_was_carried_over_is_corrected_where_it_counts_now()
    {
        long at = Go(Edge);
        _window.Take(6, at, Limit.Never);

        _window.Settle(6, 1, Answered(at, Go(61)));

        _window.Free(Go(61)).ShouldBe(9);
    }

    [Fact]
    public void An_answer_of_the_last_window_corrects_nothing_in_this_one()
    {
        long at = Go(1);
        _window.Take(6, at, Limit.Never);
        _window.Count(10, Go(61));

        _window.Settle(6, 0, Answered(at, Go(62)));

        _window.Free(Go(62)).ShouldBe(0);
    }

    [Theory]
    [InlineData(6, End)]
    [InlineData(7, End + 60)]
    [InlineData(16, End + 60)]
    [InlineData(17, End + 120)]
    public void It_forecasts_behind_what_counts_in_the_next_window_already(long amount, double at)
    {
        _window.Count(6, Go(1));
        _window.Count(4, Go(Edge));

        _window.Forecast(amount, Go(Edge), lag: 0).ShouldBe(At(at));
    }

    private long Go(double seconds)
    {
        _time.Advance(Seconds(seconds) - _time.Elapsed);
        return At(seconds);
    }
}
