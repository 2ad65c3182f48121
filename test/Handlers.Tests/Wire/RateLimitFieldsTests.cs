using FsCheck;
using FsCheck.Fluent;
using Handlers.Wire;

namespace Handlers.Tests.Wire;

public class RateLimitFieldsTests
{
    private static readonly DateTimeOffset ServerNow = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Joins_state_and_policy_by_name()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit", "\"burst\";r=0;t=5,\"daily\";r=900;t=40000"),
            ("RateLimit-Policy", "\"burst\";q=100;w=60,\"daily\";q=1000;w=86400;qu=\"content-bytes\""));

        readings.ShouldBe([
            new RateLimitReading("burst", 100, 0, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60)),
            new RateLimitReading("daily", 1000, 900, TimeSpan.FromSeconds(40000), TimeSpan.FromDays(1), "content-bytes"),
        ]);
    }

    [Fact]
    public void Several_partitions_share_their_policy()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit", "\"a\";r=1;pk=:AQ==:, \"a\";r=2;pk=:Ag==:"),
            ("RateLimit-Policy", "\"a\";q=9;w=1"));

        readings.Select(reading => (reading.Limit, reading.Remaining)).ShouldBe([(9, 1), (9, 2)]);
    }

    [Fact]
    public void A_policy_without_state_is_still_a_limit()
    {
        IReadOnlyList<RateLimitReading> readings = Read(("RateLimit-Policy", "\"burst\";q=100;w=60"));

        readings.ShouldBe([new RateLimitReading("burst", 100, Window: TimeSpan.FromSeconds(60))]);
    }

    [Fact]
    public void A_malformed_member_is_left_out()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit", "\"no-r\";t=5, \"negative\";r=-1, \"decimal\";r=1.5, \"text\";r=1;t=soon, 5;r=1, (\"inner\");r=1, token;r=7"),
            ("RateLimit-Policy", "\"no-q\";w=1, \"zero\";q=5;w=0, -1;w=10, token;q=4, \"ok\";q=3"));

        readings.ShouldBe([new RateLimitReading("ok", 3)]);
    }

    [Fact]
    public void Reads_the_dictionary_of_draft_07()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit", "limit=100, remaining=0, reset=12"),
            ("RateLimit-Policy", "100;w=60;burst=1000;comment=\"per minute\", 5000;w=3600"));

        readings.ShouldBe([
            new RateLimitReading(null, 100, 0, TimeSpan.FromSeconds(12), TimeSpan.FromSeconds(60)),
            new RateLimitReading(null, 5000, Window: TimeSpan.FromHours(1)),
        ]);
    }

    [Fact]
    public void Reads_the_three_fields_with_policies_among_the_limits()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit-Limit", "100, 100;w=10, 5000;w=3600"),
            ("RateLimit-Remaining", "50"),
            ("RateLimit-Reset", "5"));

        readings.ShouldBe([
            new RateLimitReading(null, 100, 50, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(10)),
            new RateLimitReading(null, 5000, Window: TimeSpan.FromHours(1)),
        ]);
    }

    [Fact]
    public void Reads_the_three_fields_with_policies_of_their_own()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit-Limit", "10"),
            ("RateLimit-Policy", "10;w=1"),
            ("RateLimit-Remaining", "9"),
            ("RateLimit-Reset", "1"));

        readings.ShouldBe([new RateLimitReading(null, 10, 9, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1))]);
    }

    [Fact]
    public void Reads_windows_on_the_values_themselves()
    {
        IReadOnlyList<RateLimitReading> readings = Read(("ratelimit-limit", "100;w=21600"), ("ratelimit-remaining", "76;w=21600"));

        readings.ShouldBe([new RateLimitReading(null, 100, 76, Window: TimeSpan.FromHours(6))]);
    }

    [Theory]
    [InlineData("30", 30)]
    [InlineData("1795262430", 30)]
    [InlineData("1795262430000", 30)]
    [InlineData("1795262300", 0)]
    public void Tells_a_delay_from_an_instant(string reset, int seconds)
    {
        IReadOnlyList<RateLimitReading> readings = Read(("X-RateLimit-Limit", "60"), ("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", reset));

        readings.ShouldBe([new RateLimitReading(null, 60, 0, TimeSpan.FromSeconds(seconds))]);
    }

    [Fact]
    public void The_newest_usable_form_wins()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit", "\"default\";r="),
            ("RateLimit-Limit", "nonsense"),
            ("RateLimit-Remaining", "3"),
            ("X-RateLimit-Remaining", "4"));

        readings.ShouldBe([new RateLimitReading(Remaining: 3)]);
    }

    [Fact]
    public void Negative_values_say_nothing()
    {
        Read(("X-RateLimit-Limit", "-1"), ("X-RateLimit-Remaining", "-1")).ShouldBeEmpty();
    }

    [Fact]
    public void Lines_of_a_list_are_joined_and_contradicting_numbers_are_dropped()
    {
        IReadOnlyList<RateLimitReading> readings = Read(
            ("RateLimit-Limit", "100"),
            ("RateLimit-Limit", "100;w=10"),
            ("RateLimit-Remaining", "5"),
            ("RateLimit-Remaining", "6"));

        readings.ShouldBe([new RateLimitReading(null, 100, Window: TimeSpan.FromSeconds(10))]);
    }

    [Fact]
    public void Huge_numbers_stay_huge()
    {
        IReadOnlyList<RateLimitReading> readings = Read(("RateLimit", "\"a\";r=0;t=999999999999999"));

        readings.ShouldHaveSingleItem().ResetAfter.ShouldBe(WireDuration.Longest);
    }

    [Fact]
    public void Takes_no_other_field()
    {
        using HttpResponseMessage response = new();
        response.Headers.TryAddWithoutValidation("X-RateLimit-Limit-Tokens", "1");
        RateLimitFields fields = default;

        fields.TryTake("X-RateLimit-Limit-Tokens", response.Headers.NonValidated["X-RateLimit-Limit-Tokens"]).ShouldBeFalse();

        fields.Read(ServerNow).ShouldBeEmpty();
    }

    [Fact]
    public void The_number_of_readings_is_bounded()
    {
        string field = string.Join(", ", Enumerable.Range(0, 5000).Select(i => $"\"p{i}\";r={i}"));

        Read(("RateLimit", field)).Count.ShouldBe(32);
    }

    [Fact]
    public void Never_throws()
    {
        Prop.ForAll<string>(text =>
        {
            RateLimitFields list = new() { RateLimit = text, Policies = text };
            RateLimitFields triple = new() { Limit = text, Remaining = text, Reset = text, LegacyReset = text };
            return list.Read(ServerNow).Count + triple.Read(ServerNow).Count >= 0;
        }).QuickCheckThrowOnFailure();
    }

    private static IReadOnlyList<RateLimitReading> Read(params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = new();
        foreach ((string name, string value) in headers)
        {
            response.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        RateLimitFields fields = default;
        foreach ((string name, var lines) in response.Headers.NonValidated)
        {
            fields.TryTake(name, lines).ShouldBeTrue();
        }

        return fields.Read(ServerNow);
    }
}
