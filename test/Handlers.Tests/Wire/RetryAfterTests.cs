using System.Net.Http.Headers;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class RetryAfterTests
{
    private static readonly DateTimeOffset ServerNow = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("120", 120)]
    [InlineData("007", 7)]
    [InlineData("1.5", 1.5)]
    [InlineData(" 37 ", 37)]
    [InlineData("2147483648", 2147483648)]
    [InlineData("Sat, 21 Nov 2026 12:00:05 GMT", 5)]
    [InlineData("Saturday, 21-Nov-26 12:00:05 GMT", 5)]
    [InlineData("Sat Nov 21 12:00:05 2026", 5)]
    [InlineData("Sat, 21 Nov 2026 11:59:50 GMT", 0)]
    public void Reads_seconds_and_dates(string raw, double seconds)
    {
        RetryAfter.TryParse(raw, ServerNow, out TimeSpan wait).ShouldBeTrue();

        wait.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("999999999999")]
    [InlineData("99999999999999999999999999999999999999999999")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    public void A_huge_wait_stays_huge(string raw)
    {
        RetryAfter.TryParse(raw, ServerNow, out TimeSpan wait).ShouldBeTrue();

        wait.ShouldBe(WireDuration.Longest);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-5")]
    [InlineData("+5")]
    [InlineData("5, 7")]
    [InlineData("soon")]
    [InlineData("1.")]
    [InlineData(".5")]
    [InlineData("1e3")]
    [InlineData("1.5.2")]
    [InlineData("5s")]
    [InlineData("0x10")]
    [InlineData("\u0665")] // a digit, but not one of the ten
    [InlineData("Sat, 21 Nov 2026 12:00:05 +0000")]
    public void Ignores_the_rest(string raw)
    {
        RetryAfter.TryParse(raw, ServerNow, out TimeSpan wait).ShouldBeFalse();

        wait.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Two_lines_that_agree_are_one_value()
    {
        HeaderStringValues lines = Lines("5", "5");

        RetryAfter.TryParse(lines, ServerNow, out TimeSpan wait).ShouldBeTrue();

        wait.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("5", "7")]
    [InlineData("5", "7", "5")]
    public void Lines_that_disagree_are_no_value(params string[] lines)
    {
        RetryAfter.TryParse(Lines(lines), ServerNow, out _).ShouldBeFalse();
    }

    [Fact]
    public void No_line_is_no_value()
    {
        RetryAfter.TryParse(default(HeaderStringValues), ServerNow, out _).ShouldBeFalse();
    }

    [Theory]
    [InlineData("644", 644)]
    [InlineData("12.5", 12.5)]
    public void Reads_milliseconds(string raw, double milliseconds)
    {
        RetryAfter.TryParseMilliseconds(Lines(raw), out TimeSpan wait).ShouldBeTrue();

        wait.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Fact]
    public void Never_throws_and_is_never_negative()
    {
        Prop.ForAll<string, DateTime>((text, now) =>
        {
            _ = RetryAfter.TryParse(text, new DateTimeOffset(now, TimeSpan.Zero), out TimeSpan wait);
            return wait >= TimeSpan.Zero && wait <= WireDuration.Longest;
        }).QuickCheckThrowOnFailure();
    }

    private static HeaderStringValues Lines(params string[] lines)
    {
        using HttpResponseMessage response = new();
        response.Headers.TryAddWithoutValidation("X-Lines", lines).ShouldBeTrue();
        return response.Headers.NonValidated["X-Lines"];
    }
}
