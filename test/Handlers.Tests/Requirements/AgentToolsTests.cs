using System.Globalization;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Requirements;

/// <summary>An agent's tools and a lead collector: GitHub, Instantly, Attio, Linear.</summary>
public sealed class AgentToolsTests
{
    [Fact]
    [Trait("Requirement", "A1")]
    public async Task A_group_of_endpoints_keeps_its_own_minimum_interval()
    {
        using var bench = new Bench("github", settings: Settings.For(
            "github", ("Pacing:Groups:slow:Match", "GET /slow/*"), ("Pacing:Groups:slow:MinInterval", "00:00:02"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => client.GetAsync($"slow/{i}")));
            TimeSpan before = bench.Time.Elapsed;
            await Task.WhenAll(Enumerable.Range(0, 4).Select(i => client.GetAsync($"other/{i}")));
            bench.Time.Elapsed.ShouldBe(before);
        });

        bench.Wire.Attempts.Take(4).Select(a => a.Elapsed.TotalSeconds).ShouldBe([0, 2, 4, 6]);
    }

    [Theory]
    [Trait("Requirement", "A2")]
    [InlineData("github", "5000/hour", 5000, 3600, 5010)]
    [InlineData("instantly", "10/second", 10, 1, 45)]
    public async Task No_window_holds_more_starts_than_the_clients_limit(string name, string limit, int count, int seconds, int calls)
    {
        using var bench = new Bench(name, settings: Settings.For(name, ("Pacing:Limits", limit), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, calls).Select(async _ => (await client.GetAsync("things")).Dispose())));

        TimeSpan[] starts = [.. bench.Wire.Attempts.Select(a => a.Elapsed)];
        starts.Length.ShouldBe(calls);
        for (int i = count; i < starts.Length; i++)
        {
            (starts[i] - starts[i - count]).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(seconds));
        }
    }

    [Theory]
    [Trait("Requirement", "A3")]
    [InlineData(-3600)]
    [InlineData(0)]
    [InlineData(3600)]
    public async Task An_empty_quota_is_waited_for_by_the_servers_clock(int skew)
    {
        using var bench = new Bench("github", settings: Settings.For("github", ("TotalTimeout", "none")));
        bench.Wire.Answers(Limited(bench, HttpStatusCode.Forbidden, skew)).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("repos/o/r")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(120, 125);
    }

    [Theory]
    [Trait("Requirement", "A3")]
    [InlineData(-3600)]
    [InlineData(3600)]
    public async Task The_last_call_of_a_window_makes_the_next_one_wait_for_the_reset(int skew)
    {
        using var bench = new Bench("github", settings: Settings.For("github", ("TotalTimeout", "none")));
        bench.Wire.Answers(Limited(bench, HttpStatusCode.OK, skew)).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("repos/o/r")).Dispose();
            (await client.GetAsync("repos/o/r")).Dispose();
        });

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(120, 125);
    }

    private static ScriptedAnswer Limited(Bench bench, HttpStatusCode status, int skew)
    {
        DateTimeOffset server = bench.Time.GetUtcNow().AddSeconds(skew);
        return ScriptedAnswer.Status(status)
            .Header("Date", server.ToString("R", CultureInfo.InvariantCulture))
            .Header("X-RateLimit-Limit", "5000")
            .Header("X-RateLimit-Remaining", "0")
            .Header("X-RateLimit-Reset", server.AddSeconds(120).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .Header("X-RateLimit-Resource", "core")
            .Json("""{"message":"API rate limit exceeded"}""");
    }
}
