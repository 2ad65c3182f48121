using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

public sealed class SendCountsTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    private readonly SendCounts _counts = new();

    [Fact]
    public void Tells_how_many_left_in_a_time()
    {
        _counts.Add(1 * Second, 10);
        _counts.Add(2 * Second, 20);
        _counts.Add(3 * Second, 30);

        _counts.Between(3 * Second / 2, 5 * Second / 2).ShouldBe(20);
        _counts.Between(0, 4 * Second).ShouldBe(60);
    }

    [Fact]
    public void Takes_back_what_never_left()
    {
        _counts.Add(1 * Second, 10);
        _counts.Add(1 * Second, -4);

        _counts.Between(0, 2 * Second).ShouldBe(6);
    }

    [Fact]
    public void Forgets_what_is_more_than_a_minute_old()
    {
        _counts.Add(1 * Second, 10);
        _counts.Add(70 * Second, 1);
        _counts.Add(2 * Second, 5);

        _counts.Between(0, 80 * Second).ShouldBe(1);
    }

    /// <summary>An attempt may have left before the ledger that is told of it came into being.</summary>
    [Theory]
    [InlineData(-1)]
    [InlineData(-Second)]
    [InlineData(-40 * Second)]
    [InlineData(-1000 * Second)]
    [InlineData(long.MinValue / 2)]
    public void A_time_before_the_beginning_is_no_time_to_count(long tick)
    {
        Should.NotThrow(() => _counts.Add(tick, -1));

        _counts.Between(0, Second).ShouldBe(0);
    }
}
