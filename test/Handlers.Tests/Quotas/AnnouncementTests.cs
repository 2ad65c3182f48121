using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Quotas;

/// <summary>What answers say about limits, and what must not follow from it.</summary>
public sealed class AnnouncementTests
{
    private const string Hour = "3600";

    [Fact]
    public async Task An_answer_that_was_free_does_not_make_those_free_that_come_after_it()
    {
        using var bench = new Bench("github", settings: Settings.For("github", ("Pacing:MaxWait", "00:00:00"), ("Retry:Enabled", "false")));
        int left = 11;
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? GitHub(ScriptedAnswer.Status(HttpStatusCode.NotModified), left)
            : GitHub(ScriptedAnswer.Status(HttpStatusCode.OK), --left));

        await bench.Run(async client =>
        {
            await Get(client, "repos/octo/hello/issues");
            await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Get(client, "repos/octo/hello/issues")));
        });

        bench.Wire.Attempts.Count.ShouldBe(1 + 11, "eleven were left after the free one");
    }

    [Fact]
    public async Task Two_policies_of_one_answer_hold_beside_each_other()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MaxWait", "00:00:00"), ("Retry:Enabled", "false")));
        int sent = 0;
        bench.Wire.OnEach(_ =>
        {
            sent++;
            return ScriptedAnswer.Status(HttpStatusCode.OK)
                .Header("RateLimit-Policy", "\"burst\";q=10;w=10, \"daily\";q=1000;w=86400")
                .Header("RateLimit", string.Create(CultureInfo.InvariantCulture, $"\"burst\";r={10 - (sent % 100)};t=10, \"daily\";r={1000 - sent};t=80000"));
        });

        await bench.Run(async client =>
        {
            await Get(client, "things");
            await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Get(client, "things")));
        });

        bench.Wire.Attempts.Count.ShouldBe(10);
        Limits(bench).Select(limit => limit.Capacity).ShouldBe([10, 1000]);
    }

    [Fact]
    public async Task A_limit_that_is_announced_takes_the_place_of_what_refusals_taught_and_of_nothing_else()
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("Pacing:Groups:default:Limits", "5/minute"), ("Pacing:MaxWait", "00:00:00"), ("Retry:Enabled", "false")));
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? ScriptedAnswer.Status(HttpStatusCode.TooManyRequests).RetryAfter(1)
            : ScriptedAnswer.Status(HttpStatusCode.OK).Header("X-RateLimit-Limit", "1000").Header("X-RateLimit-Remaining", "900").Header("X-RateLimit-Reset", Hour));

        await bench.Run(async client =>
        {
            await Get(client, "things");
            await Task.Delay(TimeSpan.FromSeconds(61), bench.Time);
            await Get(client, "things");
            await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Get(client, "things")));
        });

        bench.Wire.Attempts.Count.ShouldBe(1 + 5, "the limit that was configured holds on");
    }

    [Fact]
    public async Task A_window_that_answers_name_no_more_is_forgotten()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:Enabled", "false")));
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(HttpStatusCode.OK)
            .Header("RateLimit-Policy", attempt.Number == 1 ? "\"a\";q=10;w=10" : "\"a\";q=1000;w=20")
            .Header("RateLimit", attempt.Number == 1 ? "\"a\";r=9;t=10" : "\"a\";r=900;t=20"));

        await bench.Run(async client =>
        {
            await Get(client, "things");
            await Get(client, "things");
            await Task.Delay(TimeSpan.FromMinutes(2), bench.Time);
            await Get(client, "things");
        });

        Limits(bench).Select(limit => limit.Capacity).ShouldBe([1000]);
    }

    [Theory]
    [InlineData("10", "20")]
    [InlineData("20", "10")]
    public async Task Of_two_windows_the_one_that_is_named_no_more_is_forgotten_whichever_came_first(string stays, string goes)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:Enabled", "false")));
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? ScriptedAnswer.Status(HttpStatusCode.OK)
                .Header("RateLimit-Policy", "\"a\";q=10;w=10, \"b\";q=20;w=20")
                .Header("RateLimit", "\"a\";r=9;t=10, \"b\";r=19;t=20")
            : ScriptedAnswer.Status(HttpStatusCode.OK)
                .Header("RateLimit-Policy", $"\"only\";q={stays};w={stays}")
                .Header("RateLimit", $"\"only\";r=9;t={stays}"));

        await bench.Run(async client =>
        {
            await Get(client, "things");
            await Task.Delay(TimeSpan.FromMinutes(2), bench.Time);
            await Get(client, "things");
            await Get(client, "things");
        });

        Limits(bench).Select(limit => limit.Capacity.ToString(CultureInfo.InvariantCulture)).ShouldBe([stays], $"the window of {goes} s is gone");
    }

    private static ImmutableArray<LimitSnapshot> Limits(Bench bench) =>
        bench.Services.GetRequiredService<IResilienceMonitor>().Quotas.Single(quota => quota.Resource == "default").Limits;

    private static ScriptedAnswer GitHub(ScriptedAnswer answer, int left) => answer
        .Header("X-RateLimit-Limit", "5000")
        .Header("X-RateLimit-Remaining", left.ToString(CultureInfo.InvariantCulture))
        .Header("X-RateLimit-Reset", "4102444800")
        .Header("X-RateLimit-Resource", "core");

    private static async Task Get(HttpClient client, string path)
    {
        try
        {
            using HttpResponseMessage response = await client.GetAsync(path);
        }
        catch (QuotaRejectedException)
        {
            // Those who would wait are of no interest here.
        }
    }
}
