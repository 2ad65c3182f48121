using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class HttpDateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sun Nov  6 08:49:37 1994")]
    [InlineData("sun, 06 nov 1994 08:49:37 gmt")]
    [InlineData(" Sun, 06 Nov 1994 08:49:37 GMT\t")]
    [InlineData("Sun Nov 06 08:49:37 1994 ")]
    public void Reads_the_three_forms(string text)
    {
        bool parsed = HttpDate.TryParse(text, Now, out DateTimeOffset date);

        parsed.ShouldBeTrue();
        date.ShouldBe(new DateTimeOffset(1994, 11, 6, 8, 49, 37, TimeSpan.Zero));
        date.Offset.ShouldBe(TimeSpan.Zero);
    }

    [Theory]
    [InlineData("Sun Nov 16 08:49:37 1994", "1994-11-16T08:49:37")]
    [InlineData("Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00")]
    [InlineData("Mon, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00")]
    public void Reads_the_corners_of_the_calendar(string text, string expected)
    {
        HttpDate.TryParse(text, Now, out DateTimeOffset date).ShouldBeTrue();

        date.UtcDateTime.ToString("s").ShouldBe(expected);
    }

    [Theory]
    [InlineData("Saturday, 21-Nov-76 12:00:00 GMT", 2076)] // exactly 50 years ahead
    [InlineData("Sunday, 21-Nov-76 12:00:01 GMT", 1976)] // a second more
    [InlineData("Saturday, 21-Nov-26 12:00:00 GMT", 2026)]
    [InlineData("Saturday, 21-Nov-99 12:00:00 GMT", 1999)]
    public void Takes_the_century_that_is_not_more_than_fifty_years_ahead(string text, int year)
    {
        HttpDate.TryParse(text, Now, out DateTimeOffset date).ShouldBeTrue();

        date.Year.ShouldBe(year);
    }

    [Fact]
    public void Takes_the_century_in_which_the_date_exists()
    {
        DateTimeOffset now = new(2060, 1, 1, 0, 0, 0, TimeSpan.Zero);

        HttpDate.TryParse("Tuesday, 29-Feb-00 00:00:00 GMT", now, out DateTimeOffset date).ShouldBeTrue();

        date.Year.ShouldBe(2000);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 +0000")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 UTC")]
    [InlineData("Sun, 06 Nov 1994 08:49:37")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT;")]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun,  6 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06-Nov-1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 8:49:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 24:00:00 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:60:37 GMT")]
    [InlineData("Sun, 06 Nov 1994 08:49:61 GMT")]
    [InlineData("Sun, 06 Nov 0000 08:49:37 GMT")]
    [InlineData("Sun, 06 Nov -001 08:49:37 GMT")]
    [InlineData("Thu, 29 Feb 2023 08:49:37 GMT")]
    [InlineData("Sun, 00 Nov 1994 08:49:37 GMT")]
    [InlineData("Sun, 06 Nox 1994 08:49:37 GMT")]
    [InlineData("Son, 06 Nov 1994 08:49:37 GMT")]
    [InlineData("Fri, 31 Dec 9999 23:59:60 GMT")]
    [InlineData("Sun, 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sunday 06-Nov-94 08:49:37 GMT")]
    [InlineData("Sunday, 06-Nov-94 08:49:37 +00")]
    [InlineData("Sun Nov  x 08:49:37 1994")]
    [InlineData("1994-11-06T08:49:37Z")]
    public void Refuses_everything_else(string text)
    {
        HttpDate.TryParse(text, Now, out _).ShouldBeFalse();
    }

    [Fact]
    public void Reads_every_date_it_could_have_written()
    {
        Prop.ForAll<int>(seconds =>
        {
            DateTimeOffset instant = DateTimeOffset.UnixEpoch.AddSeconds(seconds);

            return HttpDate.TryParse(instant.ToString("r"), Now, out DateTimeOffset date) && date == instant;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Never_throws()
    {
        Prop.ForAll<string, DateTime>((text, now) => !HttpDate.TryParse(text, new DateTimeOffset(now, TimeSpan.Zero), out _)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void The_ends_of_time_are_no_obstacle()
    {
        HttpDate.TryParse("Sunday, 06-Nov-94 08:49:37 GMT", DateTimeOffset.MinValue, out _).ShouldBeFalse();
        HttpDate.TryParse("Sunday, 06-Nov-94 08:49:37 GMT", DateTimeOffset.MaxValue, out DateTimeOffset date).ShouldBeTrue();

        date.Year.ShouldBe(9994);
    }

    [Fact]
    public void Allocates_nothing()
    {
        _ = HttpDate.TryParse("Sun, 06 Nov 1994 08:49:37 GMT", Now, out _);
        long before = GC.GetAllocatedBytesForCurrentThread();

        for (int i = 0; i < 100; i++)
        {
            _ = HttpDate.TryParse("Sun, 06 Nov 1994 08:49:37 GMT", Now, out _);
        }

        GC.GetAllocatedBytesForCurrentThread().ShouldBe(before);
    }
}
