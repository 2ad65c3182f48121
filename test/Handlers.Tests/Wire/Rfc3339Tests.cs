using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-11-21T12:00:00Z", "2026-11-21T12:00:00.0000000")]
    [InlineData("2026-11-21t12:00:00z", "2026-11-21T12:00:00.0000000")]
    [InlineData("2026-11-21 12:00:00.5Z", "2026-11-21T12:00:00.5000000")]
    [InlineData("2026-11-21T12:00:00.1234567Z", "2026-11-21T12:00:00.1234567")]
    [InlineData("2026-11-21T12:00:00.12345671Z", "2026-11-21T12:00:00.1234568")]
    [InlineData("2026-11-21T12:00:09.99999999Z", "2026-11-21T12:00:10.0000000")]
    [InlineData("2026-11-21T12:00:00.00000000000000000000000001Z", "2026-11-21T12:00:00.0000001")]
    [InlineData("2026-11-21T12:00:00+02:00", "2026-11-21T10:00:00.0000000")]
    [InlineData("2026-11-21T12:00:00.25-07:30", "2026-11-21T19:30:00.2500000")]
    [InlineData("2026-12-31T23:59:60Z", "2027-01-01T00:00:00.0000000")]
    [InlineData("2026-12-31T23:59:60.5Z", "2027-01-01T00:00:00.5000000")]
    public void Reads_instants_and_rounds_them_up(string text, string utc)
    {
        Rfc3339.TryParse(text, out DateTimeOffset instant).ShouldBeTrue();

        instant.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff").ShouldBe(utc);
    }

    [Theory]
    [InlineData("")]
    [InlineData("tomorrow")]
    [InlineData("2026-11-21")]
    [InlineData("2026-11-21T12:00:00")]
    [InlineData("2026-11-21T12:00Z")]
    [InlineData("2026-11-21T12:00:00.Z")]
    [InlineData("2026-11-21T12:00:00+0200")]
    [InlineData("2026-11-21T12:00:00+24:00")]
    [InlineData("2026-11-21T12:00:00+02:60")]
    [InlineData("2026-11-21T12:00:00Zulu")]
    [InlineData("2026-13-21T12:00:00Z")]
    [InlineData("2026-11-31T12:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("9999-12-31T23:59:59.99999999Z")]
    public void Refuses_what_is_no_timestamp(string text)
    {
        Rfc3339.TryParse(text, out _).ShouldBeFalse();
    }

    [Fact]
    public void Never_throws()
    {
        Prop.ForAll<string>(text => Rfc3339.TryParse(text, out _) || !Rfc3339.TryParse("2026-11-21T12:00:00" + text + "Z+", out _))
            .QuickCheckThrowOnFailure();
    }
}
