using Handlers.ResponseCaching;

namespace Handlers.Tests.ResponseCaching;

public class FreshnessTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("max-age=60", null, 60)]
    [InlineData("max-age=60", "Sat, 21 Nov 2026 11:00:00 GMT", 60)] // max-age wins over Expires
    [InlineData("max-age=60", "0", 60)]
    [InlineData("max-age=0", "Sat, 21 Nov 2026 13:00:00 GMT", 0)]
    [InlineData("max-age=x", "Sat, 21 Nov 2026 13:00:00 GMT", 0)]
    [InlineData("s-maxage=60", "Sat, 21 Nov 2026 12:00:10 GMT", 10)] // a private cache does not read s-maxage
    [InlineData(null, "Sat, 21 Nov 2026 12:01:00 GMT", 60)]
    [InlineData(null, "Sat, 21 Nov 2026 12:00:00 GMT", 0)]
    [InlineData(null, "Sat, 21 Nov 2026 11:59:00 GMT", 0)]
    [InlineData(null, "0", 0)]
    [InlineData(null, "-1", 0)]
    [InlineData(null, "", 0)]
    [InlineData(null, "Saturday, 21-Nov-26 12:01:00 GMT", 60)]
    [InlineData(null, "Sat Nov 21 12:01:00 2026", 60)]
    [InlineData(null, "SAT, 21 NOV 2026 12:01:00 gmt", 60)]
    [InlineData(null, "Sat, 21 Nov 2026 12:01:00 UTC", 0)]
    [InlineData(null, "Sat, 21 Nov 2026 12:01:00 AEST", 0)]
    [InlineData(null, "Sat, 21 Nov 26 12:01:00 GMT", 0)]
    [InlineData(null, "Sat 21 Nov 2026 12:01:00 GMT", 0)]
    [InlineData(null, "Sat, 21  Nov  2026 12:01:00 GMT", 0)]
    [InlineData(null, "Sat, 21-Nov-2026 12:01:00 GMT", 0)]
    [InlineData(null, "Sat, 21 Nov 2026 12.01.00 GMT", 0)]
    [InlineData(null, "Sat, 21 Nov 2026 9:01:00 GMT", 0)]
    [InlineData(null, "Wed, 21 Nov 2286 04:46:39 GMT", 1L << 31)]
    public void Takes_the_explicit_lifetime(string? cacheControl, string? expires, long seconds)
    {
        Freshness freshness = Freshness.Of(Head(cacheControl, expires, Date(Now)), Now, heuristics: true);

        freshness.ShouldBe(new Freshness(seconds, IsExplicit: true));
    }

    [Fact]
    public void Measures_the_lifetime_by_the_servers_own_clock()
    {
        ResponseHead fast = Head(null, Date(Now.AddSeconds(300)), Date(Now.AddSeconds(400)));
        ResponseHead slow = Head(null, Date(Now.AddSeconds(10)), Date(Now.AddSeconds(-10)));

        Freshness.Of(fast, Now, heuristics: false).Lifetime.ShouldBe(0);
        Freshness.Of(slow, Now, heuristics: false).Lifetime.ShouldBe(20);
    }

    [Fact]
    public void Takes_the_time_of_arrival_where_there_is_no_usable_date()
    {
        Freshness.Of(Head(null, Date(Now.AddSeconds(10)), "foo"), Now, heuristics: false).Lifetime.ShouldBe(10);
        Freshness.Of(Head(null, Date(Now.AddSeconds(10)), null), Now, heuristics: false).Lifetime.ShouldBe(10);
    }

    [Fact]
    public void Takes_contradicting_expiries_for_stale()
    {
        var head = new ResponseHead { Status = 200, Directives = ResponseDirectives.None, Expires = new FieldLines([Date(Now.AddHours(1)), Date(Now.AddHours(2))]) };
        var same = new ResponseHead { Status = 200, Directives = ResponseDirectives.None, Expires = new FieldLines([Date(Now.AddHours(1)), Date(Now.AddHours(1))]) };

        Freshness.Of(head, Now, heuristics: false).Lifetime.ShouldBe(0);
        Freshness.Of(same, Now, heuristics: false).Lifetime.ShouldBe(3600);
    }

    [Theory]
    [InlineData(200, null, 24 * 3600, 8640)]
    [InlineData(404, null, 24 * 3600, 8640)]
    [InlineData(200, null, 100, 10)]
    [InlineData(200, null, 5, 0)]
    [InlineData(200, null, 365 * 24 * 3600, 24 * 3600)]
    [InlineData(200, null, -100, 0)] // changed after it was sent
    [InlineData(201, null, 24 * 3600, 0)]
    [InlineData(403, null, 24 * 3600, 0)]
    [InlineData(503, null, 24 * 3600, 0)]
    [InlineData(599, null, 24 * 3600, 0)]
    [InlineData(599, "public", 24 * 3600, 8640)]
    public void Estimates_a_lifetime_only_where_it_may(int status, string? cacheControl, int changedBefore, long seconds)
    {
        ResponseHead head = Head(cacheControl, null, Date(Now), Date(Now.AddSeconds(-changedBefore)));
        head.Status = status;

        Freshness.Of(head, Now, heuristics: true).ShouldBe(new Freshness(seconds, IsExplicit: false));
        Freshness.Of(head, Now, heuristics: false).ShouldBe(Freshness.Unknown);
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("30", 30)]
    [InlineData(" 30 ", 30)]
    [InlineData("7200, 0", 7200)] // the first of a list, RFC 9111 §5.1
    [InlineData("0, 7200", 0)]
    [InlineData("2147483647", 2147483647)]
    [InlineData("2147483648", 2147483648)]
    [InlineData("2147483649", 2147483648)]
    [InlineData("99999999999999999999", 2147483648)]
    [InlineData("abc", 0)]
    [InlineData("-7200", 0)]
    [InlineData("7200.0", 0)]
    [InlineData("7200;foo=bar", 0)]
    [InlineData("", 0)]
    public void Reads_the_age(string? age, long seconds) =>
        Freshness.InitialAge(age, Date(Now), Now, TimeSpan.Zero).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Corrects_the_age_for_the_time_under_way() =>
        Freshness.InitialAge("30", Date(Now), Now, TimeSpan.FromSeconds(2.5)).ShouldBe(TimeSpan.FromSeconds(32.5));

    [Fact]
    public void Counts_the_date_where_it_says_more_than_the_age()
    {
        Freshness.InitialAge("30", Date(Now.AddSeconds(-50)), Now, TimeSpan.Zero).ShouldBe(TimeSpan.FromSeconds(50));
        Freshness.InitialAge("30", Date(Now.AddSeconds(50)), Now, TimeSpan.Zero).ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Does_not_count_the_fraction_that_a_date_leaves_out() =>
        Freshness.InitialAge(null, Date(Now), Now.AddMilliseconds(999), TimeSpan.Zero).ShouldBe(TimeSpan.Zero);

    private static string Date(DateTimeOffset date) => date.ToString("R");

    private static ResponseHead Head(string? cacheControl, string? expires, string? date, string? lastModified = null) => new()
    {
        Status = 200,
        Directives = cacheControl is null ? ResponseDirectives.None : ResponseDirectives.Parse(new FieldLines(cacheControl)),
        Expires = expires is null ? default : new FieldLines(expires),
        Date = date,
        LastModified = lastModified,
    };
}
