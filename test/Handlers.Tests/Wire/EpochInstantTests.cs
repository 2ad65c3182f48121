using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class EpochInstantTests
{
    [Theory]
    [InlineData("1795262400", "2026-11-21T12:00:00.0000000", false)]
    [InlineData("946684860", "2000-01-01T00:01:00.0000000", false)]
    [InlineData("1795262400.25", "2026-11-21T12:00:00.2500000", false)]
    [InlineData("1795262400.00000001", "2026-11-21T12:00:00.0000001", false)]
    [InlineData("1795262400000", "2026-11-21T12:00:00.0000000", true)]
    [InlineData("1795262400000000", "2026-11-21T12:00:00.0000000", true)]
    [InlineData("1795262400000000000", "2026-11-21T12:00:00.0000000", true)]
    public void Tells_the_unit_by_the_magnitude(string text, string utc, bool otherUnit)
    {
        bool parsed = EpochInstant.TryParse(text, EpochUnit.Seconds, out DateTimeOffset instant, out bool reported);

        parsed.ShouldBeTrue();
        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff").ShouldBe(utc);
        reported.ShouldBe(otherUnit);
    }

    [Fact]
    public void Says_nothing_when_the_documented_unit_is_milliseconds()
    {
        EpochInstant.TryParse("1795262400000", EpochUnit.Milliseconds, out _, out bool otherUnit).ShouldBeTrue();

        otherUnit.ShouldBeFalse();
    }

    [Theory]
    [InlineData("315532799")]
    [InlineData("60")]
    [InlineData("-1795262400")]
    [InlineData("1e10")]
    [InlineData("1795262400s")]
    [InlineData("99999999999999999999999")]
    [InlineData("")]
    public void Refuses_what_is_no_instant(string text)
    {
        EpochInstant.TryParse(text, EpochUnit.Seconds, out _, out _).ShouldBeFalse();
    }
}
