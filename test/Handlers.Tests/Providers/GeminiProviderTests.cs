using System.Net.Http.Json;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class GeminiProviderTests
{
    private const string Url = "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent?key=AIzaCanary";

    private static readonly GeminiProvider Provider = new();

    [Theory]
    [InlineData("POST", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent", "gemini-2.5-flash", ReplaySafety.Safe)]
    [InlineData("POST", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse", "gemini-2.5-flash", ReplaySafety.Safe)]
    [InlineData("POST", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:countTokens", "gemini-2.5-pro", ReplaySafety.Safe)]
    [InlineData("POST", "https://generativelanguage.googleapis.com/v1beta/models/text-embedding-004:embedContent", "text-embedding-004", ReplaySafety.Safe)]
    [InlineData("POST", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:batchGenerateContent", "gemini-2.5-pro", ReplaySafety.ByMethod)]
    [InlineData("POST", "https://us-central1-aiplatform.googleapis.com/v1/projects/p/locations/us-central1/publishers/google/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro", ReplaySafety.Safe)]
    [InlineData("POST", "https://generativelanguage.googleapis.com/upload/v1beta/files", "api", ReplaySafety.ByMethod)]
    [InlineData("POST", "https://generativelanguage.googleapis.com/v1beta/cachedContents", "api", ReplaySafety.ByMethod)]
    [InlineData("GET", "https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro", "api", ReplaySafety.ByMethod)]
    public void A_request_s_path_names_its_model_and_whether_it_may_be_repeated(string method, string url, string resource, ReplaySafety replay)
    {
        CallPlan plan = new AnswerText { Method = method, Url = url }.PlanBy(Provider);

        plan.Quotas.ShouldHaveSingleItem().Resource.ShouldBe(resource);
        plan.Replay.ShouldBe(replay);
    }

    [Trait("Requirement", "D5")]
    [Fact]
    public void Input_tokens_are_estimated_and_output_is_not_charged()
    {
        using JsonContent content = JsonContent.Create(new
        {
            contents = new[] { new { role = "user", parts = new object[] { new { text = new string('x', 400) }, new { inlineData = new { mimeType = "image/png", data = new string('A', 4000) } } } } },
            generationConfig = new { maxOutputTokens = 8192 },
        });

        CallPlan plan = new AnswerText { Method = "POST", Url = Url, Content = content }.PlanBy(Provider);

        plan.Quotas.ShouldHaveSingleItem().Cost.ShouldBe(new Cost(1, Tokens: 100));
    }

    [Trait("Requirement", "D1")]
    [Theory]
    [InlineData("47s", 47.0)]
    [InlineData("4.843473059s", 4.8434731)]
    [InlineData("38.804097346s", 38.8040974)]
    [InlineData("0s", 0.0)]
    [InlineData("-3s", null)]
    [InlineData("soon", null)]
    [InlineData("47", null)]
    public void RetryInfo_names_the_wait(string delay, double? expected)
    {
        Verdict verdict = Refusal(RetryInfo(delay)).JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.RateLimited);
        verdict.Wait.ShouldBe(AnswerText.Seconds(expected));
    }

    [Theory]
    [InlineData("Please retry in 38.8s.", 38.8, VerdictKind.RateLimited)]
    [InlineData("Please retry in 900ms.", 0.9, VerdictKind.RateLimited)]
    [InlineData("Please retry in 10h17m5.723541104s.", 37025.7235412, VerdictKind.QuotaExhausted)]
    [InlineData("Resource has been exhausted (e.g. check quota).", null, VerdictKind.RateLimited)]
    public void Without_RetryInfo_the_message_may(string message, double? expected, VerdictKind kind)
    {
        Verdict verdict = Refusal("", message: message).JudgeBy(Provider);

        verdict.Kind.ShouldBe(kind);
        verdict.Wait.ShouldBe(AnswerText.Seconds(expected));
    }

    // Retry-After, RetryInfo, the message, 60 s of a per-minute quota.
    [Theory]
    [InlineData("5", "7s", "Please retry in 9s", 5.0)]
    [InlineData("x", "7s", "Please retry in 9s", 7.0)]
    [InlineData("x", "x", "Please retry in 9s", 9.0)]
    [InlineData("x", "x", "x", 60.0)]
    public void The_best_valid_hint_counts(string retryAfter, string delay, string message, double expected)
    {
        AnswerText answer = Refusal(RetryInfo(delay) + "," + Violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "15"), message: message, retryAfter: retryAfter);

        answer.JudgeBy(Provider).Wait.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Theory]
    [InlineData("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "47s", null)]
    [InlineData("GenerateContentDailyRequests", "47s", null)]
    [InlineData("GenerateRequestsPerDayPerProjectPerModel-FreeTier", "51820.638305887s", 51820.6383059)]
    public void A_daily_quota_is_not_waited_for_whatever_a_short_delay_says(string quotaId, string delay, double? expected)
    {
        Verdict verdict = Refusal(RetryInfo(delay) + "," + Violation("SomethingPerMinute", "15") + "," + Violation(quotaId, "20")).JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.QuotaExhausted);
        verdict.Wait.ShouldBe(AnswerText.Seconds(expected));
    }

    [Theory]
    [InlineData("300s", VerdictKind.RateLimited)]
    [InlineData("300.5s", VerdictKind.QuotaExhausted)]
    [InlineData("51820.638305887s", VerdictKind.QuotaExhausted)]
    public void More_than_five_minutes_is_a_quota_that_is_gone(string delay, VerdictKind expected)
    {
        Verdict verdict = Refusal(RetryInfo(delay)).JudgeBy(Provider);

        verdict.Kind.ShouldBe(expected);
        verdict.Wait.ShouldNotBeNull();
    }

    [Fact]
    public void A_limit_of_zero_in_the_details_never_lets_anything_through()
    {
        Verdict verdict = Refusal(RetryInfo("7s") + "," + Violation("GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "0")).JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.QuotaExhausted);
        verdict.Wait.ShouldBeNull();
    }

    [Theory]
    [InlineData("Quota exceeded for metric: x, limit: 0, model: gemini-3-pro", VerdictKind.QuotaExhausted)]
    [InlineData("Quota exceeded for metric: x, limit: 0", VerdictKind.QuotaExhausted)]
    [InlineData("Quota exceeded for metric: x, limit: 20, model: gemini-3-pro", VerdictKind.RateLimited)]
    [InlineData("Quota exceeded for metric: x, limit: 0.5, model: gemini-3-pro", VerdictKind.RateLimited)]
    [InlineData("Your prepayment credits are depleted.", VerdictKind.QuotaExhausted)]
    public void A_message_may_say_that_waiting_is_pointless(string message, VerdictKind expected)
    {
        Refusal("", message: message).JudgeBy(Provider).Kind.ShouldBe(expected);
    }

    [Theory]
    [InlineData(400, VerdictKind.Fatal)]
    [InlineData(402, VerdictKind.QuotaExhausted)]
    [InlineData(403, VerdictKind.Fatal)]
    [InlineData(404, VerdictKind.Fatal)]
    [InlineData(499, VerdictKind.RateLimited)]
    [InlineData(500, VerdictKind.Transient)]
    [InlineData(503, VerdictKind.Transient)]
    [InlineData(504, VerdictKind.Transient)]
    public void A_status_is_judged_by_its_meaning_here(int status, VerdictKind expected)
    {
        Refusal(RetryInfo("7s"), status: status).JudgeBy(Provider).Kind.ShouldBe(expected);
    }

    [Fact]
    public void An_overloaded_server_s_RetryInfo_is_honoured()
    {
        Refusal(RetryInfo("7s"), status: 503).JudgeBy(Provider).Wait.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void A_refusal_teaches_the_limit_it_names()
    {
        Verdict verdict = Refusal(RetryInfo("7s") + "," + Violation("GenerateContentInputTokensPerModelPerMinute-FreeTier", "250000")).JudgeBy(Provider);

        verdict.Observed.Count.ShouldBe(1);
        verdict.Observed[0].ShouldBe(new QuotaObservation("gemini-2.5-flash", LimitUnit.Tokens)
        {
            Limit = 250_000,
            Remaining = 0,
            Reset = TimeSpan.FromSeconds(7),
            Window = TimeSpan.FromMinutes(1),
        });
    }

    private static string RetryInfo(string delay) => $$"""{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{delay}}"}""";

    private static string Violation(string quotaId, string value) =>
        $$"""{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaMetric":"m","quotaId":"{{quotaId}}","quotaValue":"{{value}}"}]}""";

    private static AnswerText Refusal(string details, int status = 429, string message = "Quota exceeded.", string? retryAfter = null) => new()
    {
        Method = "POST",
        Url = Url,
        Status = status,
        Headers = retryAfter is null ? [] : [("Retry-After", retryAfter)],
        Body = $$$"""{"error":{"code":{{{status}}},"message":"{{{message}}}","status":"RESOURCE_EXHAUSTED","details":[{{{details}}}]}}""",
    };
}
