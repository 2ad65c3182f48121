using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Requirements;

/// <summary>Servers that call an LLM and arbitrary HTTP actions, one of them a chat on Gemini.</summary>
public sealed class ServerTests
{
    [Theory]
    [Trait("Requirement", "E6")]
    [InlineData("HighTraffic", 2, 0.5, 5)]
    [InlineData("Critical", 5, 2, 30)]
    [InlineData("Background", 10, 5, 60)]
    public async Task A_preset_says_how_often_and_how_far_apart(string workload, int attempts, double first, double longest)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Workload", workload), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(_ => HttpStatusCode.InternalServerError);

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        TimeSpan[] starts = [.. bench.Wire.Attempts.Select(a => a.Elapsed)];
        double[] waits = [.. starts.Skip(1).Zip(starts, (later, earlier) => (later - earlier).TotalSeconds)];
        waits.ShouldBe(Enumerable.Range(0, attempts - 1).Select(i => Math.Min(longest, first * Math.Pow(2, i))));
    }

    [Fact]
    [Trait("Requirement", "E5")]
    public async Task Retries_changes_of_state_and_refusals_are_each_a_line_in_the_log()
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("Retry:MaxRetries", "1"), ("CircuitBreaker:FailureThreshold", "2"), ("CircuitBreaker:SuccessThreshold", "1"), ("TotalTimeout", "00:00:50")));
        bench.Wire.Answers(HttpStatusCode.BadGateway, HttpStatusCode.BadGateway, HttpStatusCode.OK, ScriptedAnswer.Status(429).RetryAfter(60));

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(40), bench.Time);
            (await client.GetAsync("things")).Dispose();
            (await client.GetAsync("things")).Dispose();
            await Should.ThrowAsync<QuotaRejectedException>(() => client.GetAsync("things"));
        });

        string[] lines = ["RetryScheduled", "CircuitOpened", "CircuitHalfOpened", "CircuitClosed", "GateClosed", "QuotaRefused"];
        bench.Log.Entries.Select(line => line.Event.Name).Where(lines.Contains).ShouldBe(lines);
        bench.Log.Named("QuotaRefused").Single().Text.ShouldStartWith("GET /things: ");
    }

    [Fact]
    [Trait("Requirement", "D1")]
    public async Task A_refusal_by_gemini_is_waited_out_as_its_body_says()
    {
        using var bench = new Bench("gemini", settings: Settings.For("gemini", ("Retry:MaxRetries", "3")));
        bench.Wire.Answers(
            ScriptedAnswer.Status(429).Json("""
                {"error":{"code":429,"message":"Quota exceeded. Please retry in 4.843473059s.","status":"RESOURCE_EXHAUSTED",
                "details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"4.843473059s"}]}}
                """),
            HttpStatusCode.OK);

        await bench.Run(async client => (await client.PostAsync("v1beta/models/gemini-2.5-flash:generateContent", new StringContent("{}"))).Dispose());

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(4.843473059, 6);
    }

    [Fact]
    [Trait("Requirement", "D1")]
    public async Task Without_a_hint_gemini_is_tried_again_after_five_ten_and_twenty_seconds()
    {
        using var bench = new Bench("gemini", settings: Settings.For(
            "gemini", ("Retry:MaxRetries", "3"), ("Retry:BaseDelay", "00:00:05"), ("Retry:MaxDelay", "00:01:00"), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);

        await bench.Run(async client => (await client.GetAsync("v1beta/models")).Dispose());

        bench.Wire.Attempts.Select(a => a.Elapsed.TotalSeconds).ShouldBe([0, 5, 15, 35]);
    }

    [Fact]
    [Trait("Requirement", "D4")]
    public async Task Headers_are_handed_on_while_the_body_still_comes()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("{").Wait(TimeSpan.FromSeconds(5)).Text("}")));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);

            (await response.Content.ReadAsStringAsync()).ShouldBe("{}");
            bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(5));
        });
    }

    [Fact]
    [Trait("Requirement", "D4")]
    public async Task A_stream_that_breaks_is_not_begun_again()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("data: 1\n\n").Break(), "text/event-stream"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await using Stream stream = await response.Content.ReadAsStreamAsync();
            await Should.ThrowAsync<IOException>(() => stream.CopyToAsync(Stream.Null));
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }
}
