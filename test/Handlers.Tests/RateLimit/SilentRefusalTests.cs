using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.RateLimit;

/// <summary>A provider that pauses the whole account and does not say for how long: each pause in vain is followed by one twice as long.</summary>
public sealed class SilentRefusalTests
{
    private static readonly ScriptedAnswer Refusal = ScriptedAnswer.Status(403)
        .Body(new ScriptedBody().Text("""{"message":"You have exceeded a secondary rate limit. Please wait."}"""), "application/json");

    [Theory]
    [InlineData(new[] { 2, 3, 4 }, new[] { 60, 120, 240 })]
    [InlineData(new[] { 2, 3, 5 }, new[] { 60, 120, 60 })]
    public async Task The_next_pause_is_twice_as_long_whichever_call_met_the_last_one_until_one_is_accepted(int[] refused, int[] pauses)
    {
        using var bench = new Bench("github", settings: Settings.For("github", ("TotalTimeout", "none"), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(attempt => refused.Contains(attempt.Number) ? Refusal : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("first")).Dispose();
            await Task.WhenAll(Enumerable.Range(0, 5).Select(async i => (await client.GetAsync($"things/{i}")).Dispose()));
        });

        bench.Wire.Attempts.Where(attempt => refused.Contains(attempt.Number)).Select(attempt => attempt.Uri).Distinct().Count().ShouldBeGreaterThan(1, "not one call alone");
        PausesOf(bench).ShouldBe(pauses);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    /// <summary>From a refused attempt to the next one, to ten seconds: margins and spreads come on top.</summary>
    private static IEnumerable<int> PausesOf(Bench bench)
    {
        double[] times = [.. bench.Wire.Attempts.Select(attempt => attempt.Elapsed.TotalSeconds)];
        return times.Zip(times.Skip(1), (one, next) => (int)(next - one) / 10 * 10).Where(pause => pause > 0);
    }
}
