using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

public class LimitGrammarTests
{
    [Theory]
    [Trait("Requirement", "A2")]
    [InlineData("5000/hour", "5000/hour")]
    [InlineData("10/second", "10/second")]
    [InlineData(" 10 / s ", "10/second")]
    [InlineData("1 request/60 s", "1/minute")]
    [InlineData("100/60s; burst 20", "100/minute; burst 20")]
    [InlineData("100/60s;bucket", "100/minute; bucket")]
    [InlineData("100/60s; bucket; burst 20", "100/minute; burst 20")]
    [InlineData("60/minute; window", "60/minute; window")]
    [InlineData("60/minute; sliding", "60/minute")]
    [InlineData("1000000 tokens/minute", "1000000 tokens/minute")]
    [InlineData("1 Point/15 Minutes", "1 points/15 minutes")]
    [InlineData("5 bytes/36h", "5 bytes/36 hours")]
    [InlineData("5/90 sec", "5/90 seconds")]
    [InlineData("5/7d", "5/7 days")]
    [InlineData("5/31 days", "5/31 days")]
    [InlineData("100/minute; adaptive 10..200", "100/minute; adaptive 10..200")]
    [InlineData("10/minute; adaptive 10..20", "10/minute; adaptive 10..20")]
    [InlineData("20/minute; adaptive 10..20", "20/minute; adaptive 10..20")]
    [InlineData("10/minute; adaptive 10..10", "10/minute; adaptive 10..10")]
    [InlineData("100/s, 6000/min", "100/second, 6000/minute")]
    [InlineData("100/minute; burst 100", "100/minute; bucket")]
    public void Reads_limits_and_writes_their_shortest_form(string text, string canonical)
    {
        LimitGrammar.TryParse(text, out ImmutableArray<LimitSpec> limits, out string? error).ShouldBeTrue(error);

        string.Join(", ", limits).ShouldBe(canonical);
    }

    [Fact]
    public void None_is_no_limit()
    {
        LimitGrammar.TryParse("None", out ImmutableArray<LimitSpec> limits, out _).ShouldBeTrue();

        limits.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(null, "is empty")]
    [InlineData("  ", "is empty")]
    [InlineData("5000", "'5000' is not a limit: it has no '/<period>'")]
    [InlineData("10/second,", "'' is not a limit")]
    [InlineData("5,000/hour", "'5' is not a limit")]
    [InlineData("5_000/hour", "'_000' is no unit")]
    [InlineData("0/hour", "'0' does not begin with a whole number from 1")]
    [InlineData("-1/hour", "'-1' does not begin with a whole number")]
    [InlineData("99999999999999999999/hour", "does not begin with a whole number")]
    [InlineData("10 calls/hour", "'calls' is no unit; use requests, tokens, points or bytes")]
    [InlineData("/hour", "'' does not begin with a whole number")]
    [InlineData("10/", "'' is no period")]
    [InlineData("10/5", "'5' is no period")]
    [InlineData("10/fortnight", "'fortnight' is no period")]
    [InlineData("10/0s", "'0s' is no period")]
    [InlineData("10/32 days", "'32 days' is no period")]
    [InlineData("10/100ms", "'100ms' is no period")]
    [InlineData("10/s; brust 3", "'brust 3' is neither")]
    [InlineData("10/s; burst", "'burst' is neither")]
    [InlineData("10/s; burst20", "'burst20' is neither")]
    [InlineData("10/s; burst 0", "the burst '0' is not a whole number")]
    [InlineData("10/s; burst 5; window", "contradicts 'window'")]
    [InlineData("10/s; window; sliding", "'sliding' is neither")]
    [InlineData("10/s; adaptive 5-20", "'5-20' is not <min>..<max>")]
    [InlineData("10/s; adaptive 20..5", "'20..5' is not <min>..<max>")]
    [InlineData("10/s; adaptive 20..50", "it starts at 10, outside of its own bounds 20..50")]
    [InlineData("60/s; adaptive 20..50", "it starts at 60, outside of its own bounds 20..50")]
    [InlineData("10/s;", "'' is neither")]
    [InlineData("10/s;;window", "'' is neither")]
    public void Says_what_is_wrong_and_what_to_write(string? text, string part)
    {
        LimitGrammar.TryParse(text, out ImmutableArray<LimitSpec> limits, out string? error).ShouldBeFalse();

        error.ShouldNotBeNull();
        error.ShouldContain(part);
        error.ShouldContain("<n>[ <unit>]/<period>");
        limits.ShouldBeEmpty();
    }

    [Fact]
    public void Reads_back_what_it_writes()
    {
        Gen<LimitSpec> specs =
            from amount in Gen.Choose(1, 1_000_000)
            from seconds in Gen.Choose(1, 31 * 86_400)
            from unit in Gen.Elements(Enum.GetValues<LimitUnit>())
            from kind in Gen.Choose(0, 2)
            from burst in Gen.Choose(1, 1000)
            from adaptive in Gen.Elements(false, true)
            let period = TimeSpan.FromSeconds(seconds)
            let spec = kind == 0 ? LimitSpec.Sliding(amount, period, unit) : kind == 1 ? LimitSpec.Window(amount, period, unit) : LimitSpec.Bucket(amount, period, burst, unit)
            select adaptive ? spec.Adaptive(amount, amount * 2L) : spec;
        Arbitrary<List<LimitSpec>> lists = Arb.From(Gen.NonEmptyListOf(specs).Select(l => l.ToList()));

        Prop.ForAll(lists, list => LimitGrammar.TryParse(string.Join(", ", list), out ImmutableArray<LimitSpec> read, out _) && read.SequenceEqual(list))
            .QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Never_throws_on_any_text()
    {
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), text => LimitGrammar.TryParse(text, out _, out string? error) == error is null)
            .QuickCheckThrowOnFailure();
    }
}
