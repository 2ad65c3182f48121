using Handlers.Tests.Support;

namespace Handlers.Tests.Chain;

public sealed class TimedSourceTests
{
    private readonly ManualTime _time = new();
    private readonly Clock _clock;

    public TimedSourceTests() => _clock = new Clock(_time);

    [Fact]
    public void Cancels_when_its_limit_is_reached_and_not_before()
    {
        using TimedSource source = LimitedTo(10);

        _time.Advance(TimeSpan.FromSeconds(9.999));
        source.IsCancellationRequested.ShouldBeFalse();

        _time.Advance(TimeSpan.FromMilliseconds(1));
        source.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void A_limit_that_was_moved_away_does_not_cancel_at_its_old_place()
    {
        using TimedSource source = LimitedTo(10);
        source.CancelAt(In(30));

        _time.Advance(TimeSpan.FromSeconds(29));
        source.IsCancellationRequested.ShouldBeFalse();

        _time.Advance(TimeSpan.FromSeconds(1));
        source.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void A_limit_that_comes_nearer_is_kept()
    {
        using TimedSource source = LimitedTo(30);
        source.CancelAt(In(10));

        _time.Advance(TimeSpan.FromSeconds(10));

        source.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Its_next_owner_gets_his_whole_time()
    {
        using TimedSource source = LimitedTo(10);
        _time.Advance(TimeSpan.FromSeconds(5));
        source.TryEnd().ShouldBeTrue();
        source.CancelAt(In(10));

        _time.Advance(TimeSpan.FromSeconds(9));
        source.IsCancellationRequested.ShouldBeFalse();

        _time.Advance(TimeSpan.FromSeconds(1));
        source.IsCancellationRequested.ShouldBeTrue();
    }

    /// <summary>Its timer has found nothing to do and is not set any more.</summary>
    [Fact]
    public void A_new_use_after_a_long_rest_is_limited_again()
    {
        using TimedSource source = LimitedTo(10);
        source.TryEnd().ShouldBeTrue();
        _time.Advance(TimeSpan.FromMinutes(1));
        source.CancelAt(In(10));

        _time.Advance(TimeSpan.FromSeconds(10));

        source.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public void Once_cancelled_it_is_given_up()
    {
        using TimedSource late = LimitedTo(1);
        _time.Advance(TimeSpan.FromSeconds(1));
        using TimedSource cancelled = LimitedTo(1);
        cancelled.Cancel();

        late.TryEnd().ShouldBeFalse();
        cancelled.TryEnd().ShouldBeFalse();
    }

    [Fact]
    public void A_limit_beyond_what_timers_can_count_is_reached_all_the_same()
    {
        using TimedSource source = LimitedTo(TimeSpan.FromDays(80).TotalSeconds);

        _time.Advance(TimeSpan.FromDays(79));
        source.IsCancellationRequested.ShouldBeFalse();

        _time.Advance(TimeSpan.FromDays(1));
        source.IsCancellationRequested.ShouldBeTrue();
    }

    private TimedSource LimitedTo(double seconds)
    {
        var source = new TimedSource(_clock);
        source.CancelAt(In(seconds));
        return source;
    }

    private long In(double seconds) => _clock.After(_clock.Now, TimeSpan.FromSeconds(seconds));
}
