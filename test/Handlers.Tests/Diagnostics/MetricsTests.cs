using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Diagnostics;

public sealed class MetricsTests
{
    [Fact]
    [Trait("Requirement", "A10")]
    public async Task Each_call_is_counted_by_endpoint_and_outcome_with_its_duration()
    {
        using var bench = new Bench("github", settings: Settings.For("github", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(2)), HttpStatusCode.InternalServerError);
        using var seen = new Measurements(bench.Services);

        await bench.Run(async client =>
        {
            (await client.GetAsync("repos/acme/rockets/issues?state=open")).Dispose();
            (await client.GetAsync("repos/acme/rockets/issues?state=open")).Dispose();
        });

        (double Value, Dictionary<string, object?> Tags)[] calls = [.. seen.Of("call.duration")];
        calls.Select(c => c.Value).ShouldBe([2, 0]);
        calls[0].Tags.ShouldBe(
            new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["handlers.client.name"] = "github",
                ["handlers.operation"] = "GET /repos/{owner}/{repo}/issues",
                ["http.request.method"] = "GET",
                ["server.address"] = "api.example",
                ["server.port"] = 443,
                ["handlers.outcome"] = "ok",
                ["http.response.status_code"] = 200,
            },
            ignoreOrder: true);
        calls[1].Tags["handlers.outcome"].ShouldBe("failed");
        calls[1].Tags["error.type"].ShouldBe("500");
    }

    [Fact]
    [Trait("Requirement", "A10")]
    [Trait("Requirement", "B8")]
    public async Task Refusals_waits_and_retries_are_counted_with_their_reasons()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "1"), ("Retry:Jitter", "0"), ("Pacing:MaxWait", "00:00:30")));
        bench.Wire.Answers(
            ScriptedAnswer.Status(429).RetryAfter(4), HttpStatusCode.OK,
            HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable,
            ScriptedAnswer.Status(429).RetryAfter(60));
        using var seen = new Measurements(bench.Services);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 3; i++)
            {
                (await client.GetAsync("things")).Dispose();
                await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            }

            await Should.ThrowAsync<QuotaRejectedException>(() => client.GetAsync("things"));
        });

        seen.Of("rate_limited").Count().ShouldBe(2);
        seen.Of("rate_limited").First().Tags["handlers.provider"].ShouldBe("generic");
        seen.Of("server_wait").Select(m => m.Value).ShouldBe([4, 60]);
        seen.Of("retries").Select(m => m.Tags["handlers.reason"]).ShouldBe(["rate_limited", "status"]);
        seen.Of("retries.exhausted").Select(m => m.Tags["handlers.operation"]).ShouldBe(["GET /things"]);
        (double waited, Dictionary<string, object?> tags) = seen.Of("pacing.wait").Single();
        waited.ShouldBe(4, tolerance: 0.2);
        tags["handlers.reason"].ShouldBe("gate");
        seen.Of("refusals").Select(m => m.Tags["handlers.reason"]).ShouldBe(["would_miss_deadline"]);
        seen.Of("call.attempts").Select(m => (m.Value, m.Tags["handlers.outcome"])).ShouldBe([(2, "ok"), (2, "failed"), (1, "failed"), (0, "refused")]);
    }

    [Fact]
    [Trait("Requirement", "B8")]
    public async Task Circuits_and_quotas_are_read_when_a_collector_asks()
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("CircuitBreaker:FailureThreshold", "1"), ("Retry:MaxRetries", "0"), ("Pacing:Limits", "5/minute; window")));
        bench.Wire.Answers(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        using var seen = new Measurements(bench.Services);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            (await client.GetAsync("things")).Dispose();
            seen.ReadGauges();
        });

        (double state, Dictionary<string, object?> tags) = seen.Of("circuit.state").Single();
        state.ShouldBe(1);
        tags["server.address"].ShouldBe("api.example");
        (double moves, Dictionary<string, object?> move) = seen.Of("circuit.transitions").Single();
        (moves, move["handlers.circuit.from"], move["handlers.circuit.to"]).ShouldBe((1, "closed", "open"));
        seen.Of("quota.limit").Single().Value.ShouldBe(5);
        seen.Of("quota.remaining").Single().Value.ShouldBe(3);
        seen.Of("quota.remaining").Single().Tags["handlers.quota.limit"].ShouldBe("5/minute; window");
        seen.Of("quota.reset").Single().Value.ShouldBeInRange(0.001, 61);
        seen.Of("quota.gate").ShouldAllBe(m => m.Value == 0);
        seen.Of("quota.waiting").Select(m => m.Tags["handlers.priority"]).Distinct(EqualityComparer<object?>.Default).ShouldBe(["interactive", "normal", "background"]);
        seen.Of("quota.in_flight").Single().Value.ShouldBe(0);
    }

    [Fact]
    public async Task Replays_and_fallbacks_are_counted()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Account", "acme"), ("Retry:MaxRetries", "0"), ("Fallback:Models", "gpt-5-mini")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        using var seen = new Measurements(bench.Services);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
                {
                    Content = new StringContent("""{"model":"gpt-5","messages":[]}""", System.Text.Encoding.UTF8, "application/json"),
                };
                request.SetCallOptions(new CallOptions { Replay = ReplaySafety.Safe, IdempotencyKey = "one" });
                (await client.SendAsync(request)).Dispose();
            }
        });

        seen.Of("fallbacks").Single().Tags["handlers.client.name"].ShouldBe("openai");
        seen.Of("replays").Single().Tags["handlers.client.name"].ShouldBe("openai");
    }

    [Fact]
    public async Task A_gauge_shows_the_seconds_until_a_gate_opens()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(20));
        using var seen = new Measurements(bench.Services);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            seen.ReadGauges();
        });

        seen.Of("quota.gate").Max(m => m.Value).ShouldBe(20.05, tolerance: 0.001);
    }

    [Fact]
    public async Task Operations_without_a_plan_are_named_up_to_a_bound()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        using var seen = new Measurements(bench.Services);

        await bench.Run(async client =>
        {
            for (int i = 0; i < OperationSet.Capacity + 50; i++)
            {
                string word = new([.. $"{i}".Select(digit => (char)(digit - '0' + 'a'))]);
                (await client.GetAsync(word)).Dispose();
            }
        });

        string[] names = [.. seen.Of("call.duration").Select(m => (string)m.Tags["handlers.operation"]!)];
        names.Distinct(StringComparer.Ordinal).Count().ShouldBe(OperationSet.Capacity + 1);
        names[^1].ShouldBe(OperationSet.Others);
    }

    [Fact]
    public async Task No_measurement_names_a_query_or_a_key()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "1"), ("Retry:Jitter", "0")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, ScriptedAnswer.Status(429).RetryAfter(9999));
        using var seen = new Measurements(bench.Services);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "v1/bot99:c4n4ry/send?key=c4n4ry");
            request.Headers.Add("Authorization", "Bearer c4n4ry");
            (await client.SendAsync(request)).Dispose();
            seen.ReadGauges();
        });

        seen.Texts.ShouldNotBeEmpty();
        seen.Texts.ShouldAllBe(text => !text.Contains("c4n4ry"));
    }
}
