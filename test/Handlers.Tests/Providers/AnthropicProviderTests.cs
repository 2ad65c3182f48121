using System.Net.Http.Json;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class AnthropicProviderTests
{
    private static readonly AnthropicProvider Provider = new();

    [Fact]
    public void Input_and_output_are_charged_apart()
    {
        using JsonContent content = JsonContent.Create(new { model = "claude-sonnet-4-5", max_tokens = 1024, messages = new[] { new { role = "user", content = new string('x', 400) } } });

        CallPlan plan = Request(content).PlanBy(Provider);

        plan.Replay.ShouldBe(ReplaySafety.Safe);
        plan.Quotas.ShouldBe(
        [
            new QuotaUse("claude-sonnet-4-5/requests", new Cost(1), QuotaStart.FirstAnswer),
            new QuotaUse("claude-sonnet-4-5/input-tokens", new Cost(0, Tokens: 100), QuotaStart.FirstAnswer),
            new QuotaUse("claude-sonnet-4-5/output-tokens", new Cost(0, Tokens: 1024), QuotaStart.FirstAnswer),
            new QuotaUse("claude-sonnet-4-5/tokens", new Cost(0, Tokens: 1124)),
        ]);
    }

    [Theory]
    [InlineData("POST", "/v1/messages/batches", ReplaySafety.ByMethod)]
    [InlineData("POST", "/v1/files", ReplaySafety.ByMethod)]
    [InlineData("POST", "/v1/messages/count_tokens", ReplaySafety.Safe)]
    [InlineData("GET", "/v1/models", ReplaySafety.ByMethod)]
    public void What_runs_no_model_has_a_quota_of_its_own(string method, string path, ReplaySafety expected)
    {
        CallPlan plan = new AnswerText { Method = method, Url = "https://api.anthropic.com" + path }.PlanBy(Provider);

        plan.Quotas.ShouldHaveSingleItem().Resource.ShouldBe("api");
        plan.Replay.ShouldBe(expected);
    }

    [Theory]
    [InlineData(402, "billing_error", "x", VerdictKind.QuotaExhausted)]
    [InlineData(400, "invalid_request_error", "You have reached your specified API usage limits.", VerdictKind.QuotaExhausted)]
    [InlineData(400, "invalid_request_error", "max_tokens: field required", VerdictKind.Fatal)]
    [InlineData(409, "conflict_error", "x", VerdictKind.Transient)]
    [InlineData(413, "request_too_large", "x", VerdictKind.Fatal)]
    [InlineData(429, "rate_limit_error", "x", VerdictKind.RateLimited)]
    [InlineData(500, "api_error", "x", VerdictKind.Transient)]
    [InlineData(504, "timeout_error", "x", VerdictKind.Transient)]
    [InlineData(529, "overloaded_error", "x", VerdictKind.Transient)]
    public void A_status_is_judged_by_its_meaning_here(int status, string type, string message, VerdictKind expected)
    {
        AnswerText answer = Request(status: status, body: $$$"""{"type":"error","error":{"type":"{{{type}}}","message":"{{{message}}}"}}""");

        answer.JudgeBy(Provider).Kind.ShouldBe(expected);
    }

    [Theory]
    [InlineData("retry-after", "23", 23.0)]
    [InlineData("anthropic-ratelimit-requests-reset", "2026-11-21T12:00:30Z", 30.0)]
    [InlineData("anthropic-ratelimit-requests-reset", "2026-11-21T12:00:30.25Z", 30.25)]
    [InlineData("anthropic-ratelimit-requests-reset", "2026-11-21T11:00:00Z", 0.0)]
    [InlineData("anthropic-ratelimit-tokens-reset", "2026-11-21T12:00:30Z", null)]
    public void The_reset_of_what_is_exhausted_names_the_wait(string name, string value, double? expected)
    {
        AnswerText answer = Request(status: 429, headers: [("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), ("anthropic-ratelimit-requests-remaining", "0"), (name, value)]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBe(AnswerText.Seconds(expected));
        verdict.Resource.ShouldBe("requests");
    }

    [Theory]
    [InlineData("rejected", 3600.0)]
    [InlineData("allowed", null)]
    public void A_rejected_plan_waits_for_its_reset_in_Unix_seconds(string status, double? expected)
    {
        AnswerText answer = Request(
            status: 429, headers: [("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), ("anthropic-ratelimit-unified-status", status), ("anthropic-ratelimit-unified-reset", "1795266000")]);

        answer.JudgeBy(Provider).Wait.ShouldBe(AnswerText.Seconds(expected));
    }

    [Fact]
    public void All_families_go_to_the_ledger()
    {
        string[] kinds = ["ratelimit-requests", "ratelimit-tokens", "ratelimit-input-tokens", "ratelimit-output-tokens", "priority-input-tokens", "priority-output-tokens"];
        AnswerText answer = Request(headers: [("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), .. kinds.SelectMany(kind => new[]
        {
            ($"anthropic-{kind}-limit", "1000"), ($"anthropic-{kind}-remaining", "999"), ($"anthropic-{kind}-reset", "2026-11-21T12:01:00Z"),
        })]);

        QuotaObservations observed = answer.JudgeBy(Provider).Observed;

        observed.Count.ShouldBe(6);
        Enumerable.Range(0, 6).Select(i => observed[i].Resource).ShouldBe(
            ["requests", "input-tokens", "output-tokens", "tokens", "priority-input-tokens", "priority-output-tokens"]);
        observed[0].Reset.ShouldBe(TimeSpan.FromMinutes(1));
    }

    private static AnswerText Request(HttpContent? content = null, int status = 200, string body = "", IEnumerable<(string Name, string Value)>? headers = null) =>
        new() { Method = "POST", Url = "https://api.anthropic.com/v1/messages", Content = content, Status = status, Body = body, Headers = headers ?? [] };
}
