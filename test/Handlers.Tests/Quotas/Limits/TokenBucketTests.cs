using Handlers.Quotas;
using static Handlers.Tests.Quotas.Ticks;

namespace Handlers.Tests.Quotas;

/// <summary>A bucket of five that refills at one a second.</summary>
public sealed class TokenBucketTests
{
    private readonly TokenBucket _bucket = new(LimitSpec.Bucket(10, Seconds(10), burst: 5));

    [Fact]
    public void A_burst_goes_at_once_and_comes_back_evenly()
    {
        _bucket.Count(5, at: 0);

        _bucket.FitsAt(1, 0).ShouldBe(At(1));
        _bucket.FitsAt(5, 0).ShouldBe(At(5));
        _bucket.FullAt(0).ShouldBe(At(5));
        _bucket.Free(At(2.5)).ShouldBe(2);
    }

    [Fact]
    public void A_tick_that_does_not_come_out_even_is_rounded_up()
    {
        var thirds = new TokenBucket(LimitSpec.Bucket(3, Seconds(1), burst: 3));
        thirds.Count(3, at: 0);

        long next = thirds.FitsAt(1, 0);

        next.ShouldBe(3_333_334);
    }

    [Fact]
    public void What_is_under_way_is_not_there_and_does_not_refill()
    {
        _bucket.Take(5, 0, Limit.Never);
        (long fits, long full, long free) = (_bucket.FitsAt(1, At(3)), _bucket.FullAt(At(3)), _bucket.Free(At(3)));

        _bucket.Settle(5, 5, Answered(0, At(3)));

        (fits, full, free).ShouldBe((Limit.Never, Limit.Never, 0));
        _bucket.FitsAt(1, At(3)).ShouldBe(At(4));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(5, 5)]
    [InlineData(7, 7)]
    public void It_refills_what_it_really_cost(long actual, double seconds)
    {
        var foreseen = new TokenBucket(LimitSpec.Bucket(10, Seconds(10), burst: 5));
        _bucket.Take(5, 0, Limit.Never);
        foreseen.Take(5, 0, At(0.2));

        _bucket.Settle(5, actual, Answered(0, At(0.2)));
        foreseen.Settle(5, actual, Foreseen(0, At(1)));

        _bucket.FullAt(At(0.2)).ShouldBe(At(0.2 + seconds));
        foreseen.FullAt(At(0.2)).ShouldBe(At(0.2 + seconds));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_never_left_is_there(bool foreseen)
    {
        _bucket.Take(5, 0, foreseen ? At(0.2) : Limit.Never);

        _bucket.Return(5, 0, At(1), foreseen);

        _bucket.FitsAt(5, At(1)).ShouldBe(At(1));
    }

    [Theory]
    [InlineData(5, 8)]
    [InlineData(2, 5)]
    public void What_took_longer_than_foreseen_refills_from_when_it_was_counted_at_the_latest(long actual, double full)
    {
        _bucket.Take(5, 0, At(0.2));

        _bucket.Settle(5, actual, Late(0, At(4), by: At(3)));

        _bucket.FullAt(At(4)).ShouldBe(At(full));
    }

    [Fact]
    public void A_late_one_shortens_nothing_that_others_took()
    {
        _bucket.Take(1, 0, At(0.2));
        _bucket.Count(4, at: At(2));

        _bucket.Settle(1, 1, Late(0, At(2), by: At(1)));

        _bucket.FullAt(At(2)).ShouldBe(At(6));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 10)]
    public void It_forecasts_behind_what_is_under_way(long amount, double at)
    {
        _bucket.Take(5, 0, Limit.Never);

        _bucket.Forecast(amount, now: 0, lag: 0).ShouldBe(At(at));
    }

    [Fact]
    public void What_was_taken_comes_back_at_the_new_rate()
    {
        _bucket.Count(5, at: 0);

        _bucket.Adjust(LimitSpec.Bucket(20, Seconds(10), burst: 5), At(1));

        _bucket.FullAt(At(1)).ShouldBe(At(3), "four are still missing, at two a second");
    }
}
