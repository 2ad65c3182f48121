using Handlers.Tests.Support;

namespace Handlers.Tests.Diagnostics;

public sealed class LatencyHistogramTests
{
    private readonly ManualClock _time = new();

    [Theory]
    [InlineData(0.001)]
    [InlineData(0.010)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(100_000)]
    [InlineData(3_600_000)]
    public void A_percentile_is_within_six_percent(double milliseconds)
    {
        var clock = new Clock(_time);
        var histogram = new LatencyHistogram(clock);
        var took = TimeSpan.FromMilliseconds(milliseconds);

        histogram.Add(clock.After(0, took), clock.Now);

        double seen = histogram.Percentile(0.5, clock.Now)!.Value.TotalMilliseconds;
        seen.ShouldBeInRange(milliseconds * 0.93, milliseconds * 1.07);
    }

    [Fact]
    public void The_median_is_not_the_tail()
    {
        var clock = new Clock(_time);
        var histogram = new LatencyHistogram(clock);
        for (int i = 0; i < 98; i++)
        {
            histogram.Add(clock.After(0, TimeSpan.FromMilliseconds(10)), clock.Now);
        }

        histogram.Add(clock.After(0, TimeSpan.FromSeconds(5)), clock.Now);
        histogram.Add(clock.After(0, TimeSpan.FromSeconds(5)), clock.Now);

        histogram.Percentile(0.50, clock.Now)!.Value.TotalMilliseconds.ShouldBe(10, tolerance: 1);
        histogram.Percentile(0.99, clock.Now)!.Value.TotalSeconds.ShouldBe(5, tolerance: 0.4);
    }

    [Fact]
    public void Nothing_says_nothing() => new LatencyHistogram(new Clock(_time)).Percentile(0.5, 0).ShouldBeNull();

    [Fact]
    public void What_is_older_than_ten_minutes_is_forgotten()
    {
        var clock = new Clock(_time);
        var histogram = new LatencyHistogram(clock);
        histogram.Add(clock.After(0, TimeSpan.FromSeconds(9)), clock.Now);

        _time.Advance(TimeSpan.FromMinutes(6));
        histogram.Add(clock.After(0, TimeSpan.FromSeconds(1)), clock.Now);
        histogram.Percentile(0.99, clock.Now)!.Value.TotalSeconds.ShouldBe(9, tolerance: 0.6);

        _time.Advance(TimeSpan.FromMinutes(6));
        histogram.Add(clock.After(0, TimeSpan.FromSeconds(1)), clock.Now);
        histogram.Percentile(0.99, clock.Now)!.Value.TotalSeconds.ShouldBe(1, tolerance: 0.1);

        _time.Advance(TimeSpan.FromMinutes(11));
        histogram.Percentile(0.99, clock.Now).ShouldBeNull();
    }
}
