using System.Net.Http.Json;
using System.Text;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class OpenAIProviderTests
{
    private static readonly OpenAIProvider Provider = new();

    [Theory]
    [InlineData("POST", "/v1/responses", ReplaySafety.Safe)]
    [InlineData("POST", "/v1/chat/completions", ReplaySafety.Safe)]
    [InlineData("POST", "/v1/embeddings", ReplaySafety.Safe)]
    [InlineData("POST", "/openai/deployments/d/chat/completions", ReplaySafety.Safe)]
    [InlineData("POST", "/v1/responses/resp_1/cancel", ReplaySafety.ByMethod)]
    [InlineData("POST", "/v1/files", ReplaySafety.ByMethod)]
    [InlineData("POST", "/v1/batches", ReplaySafety.ByMethod)]
    [InlineData("POST", "/v1/fine_tuning/jobs", ReplaySafety.ByMethod)]
    [InlineData("POST", "/v1/vector_stores", ReplaySafety.ByMethod)]
    [InlineData("GET", "/v1/models", ReplaySafety.ByMethod)]
    [InlineData("DELETE", "/v1/files/f", ReplaySafety.ByMethod)]
    public void Inference_may_be_repeated_and_creations_may_not(string method, string path, ReplaySafety expected)
    {
        CallPlan plan = new AnswerText { Method = method, Url = "https://api.openai.com" + path }.PlanBy(Provider);

        plan.Replay.ShouldBe(expected);
    }

    [Theory]
    [InlineData("""{"model":"gpt-5","conversation":"conv_1","input":"hi"}""", ReplaySafety.Unsafe)]
    [InlineData("""{"model":"gpt-5","conversation":null,"input":"hi"}""", ReplaySafety.Safe)]
    [InlineData("""{"model":"gpt-5","store":true,"previous_response_id":"resp_1","input":"hi"}""", ReplaySafety.Safe)]
    public void A_call_that_appends_to_a_conversation_is_not_repeated(string body, ReplaySafety expected)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");

        new AnswerText { Method = "POST", Url = "https://api.openai.com/v1/responses", Content = content }.PlanBy(Provider).Replay.ShouldBe(expected);
    }

    [Fact]
    public void Every_model_has_quotas_of_its_own_and_tokens_are_estimated()
    {
        using JsonContent content = JsonContent.Create(new
        {
            model = "gpt-5",
            max_completion_tokens = 500,
            messages = new[] { new { role = "user", content = new string('x', 4000) } },
        });

        CallPlan plan = new AnswerText { Method = "POST", Url = "https://api.openai.com/v1/chat/completions", Content = content }.PlanBy(Provider);

        plan.Quotas.ShouldBe(
        [
            new QuotaUse("gpt-5/requests", new Cost(1), QuotaStart.FirstAnswer),
            new QuotaUse("gpt-5/tokens", new Cost(0, Tokens: 1500), QuotaStart.FirstAnswer),
            new QuotaUse("gpt-5/project-tokens", new Cost(0, Tokens: 1500)),
        ]);
    }

    [Fact]
    public void What_is_exhausted_is_the_quota_that_the_call_was_charged_to()
    {
        using JsonContent content = JsonContent.Create(new { model = "gpt-5", input = "hi" });
        AnswerText answer = new()
        {
            Method = "POST",
            Url = "https://api.openai.com/v1/responses",
            Content = content,
            Status = 429,
            Headers = [("x-ratelimit-remaining-tokens", "0"), ("x-ratelimit-reset-tokens", "6m0s")],
        };

        answer.JudgeBy(Provider).Resource.ShouldBe("gpt-5/tokens");
    }

    [Theory]
    [InlineData("20ms", 0.02)]
    [InlineData("1s", 1.0)]
    [InlineData("8.64s", 8.64)]
    [InlineData("1m12.5s", 72.5)]
    [InlineData("6m0s", 360.0)]
    [InlineData("1h30m0s", 5400.0)]
    [InlineData("60", 60.0)]
    [InlineData("0", 0.0)]
    [InlineData("later", null)]
    [InlineData("-1s", null)]
    public void The_reset_of_an_exhausted_bucket_is_an_upper_bound(string reset, double? expected)
    {
        AnswerText answer = Refusal([("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", reset), ("x-ratelimit-remaining-tokens", "9"), ("x-ratelimit-reset-tokens", "9h")]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBe(AnswerText.Seconds(expected));
        verdict.WaitIsUpperBound.ShouldBe(expected is not null);
        verdict.Resource.ShouldBe("requests");
    }

    [Fact]
    public void Of_several_exhausted_buckets_the_latest_reset_counts()
    {
        AnswerText answer = Refusal(
        [
            ("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "2s"),
            ("x-ratelimit-remaining-project-tokens", "0"), ("x-ratelimit-reset-project-tokens", "9s"),
            ("x-ratelimit-remaining-tokens_usage_based", "0"), ("x-ratelimit-reset-tokens_usage_based", "5s"),
        ]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(9));
        verdict.Resource.ShouldBe("project-tokens");
    }

    // retry-after-ms, Retry-After, the exhausted bucket's reset, the message.
    [Theory]
    [InlineData("644.5", "9", "0", 0.6445, false)]
    [InlineData("x", "9.5", "0", 9.5, false)]
    [InlineData("x", "-9", "0", 72.5, true)]
    [InlineData("x", "-9", "100", 0.644, false)]
    public void The_best_valid_hint_counts(string milliseconds, string seconds, string remaining, double expected, bool isUpperBound)
    {
        AnswerText answer = Refusal(
            [("retry-after-ms", milliseconds), ("retry-after", seconds), ("x-ratelimit-remaining-tokens", remaining), ("x-ratelimit-reset-tokens", "1m12.5s")],
            """{"error":{"message":"Rate limit reached. Please try again in 644ms.","type":"tokens","code":"rate_limit_exceeded"}}""");

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(expected));
        verdict.WaitIsUpperBound.ShouldBe(isUpperBound);
    }

    [Theory]
    [InlineData("tokens", "tokens")]
    [InlineData("requests", "requests")]
    [InlineData("rate_limit_error", null)]
    public void Without_headers_the_error_s_type_names_the_quota(string type, string? expected)
    {
        AnswerText answer = Refusal([], $$$"""{"error":{"message":"x","type":"{{{type}}}","code":"rate_limit_exceeded"}}""");

        answer.JudgeBy(Provider).Resource.ShouldBe(expected);
    }

    [Theory]
    [InlineData(429, "insufficient_quota", "x")]
    [InlineData(429, "x", "insufficient_quota")]
    [InlineData(429, "x", "credit_balance_exhausted")]
    [InlineData(429, "x", "organization_spend_limit_exceeded")]
    [InlineData(429, "x", "project_spend_limit_exceeded")]
    [InlineData(429, "x", "organization_usage_limit_exceeded")]
    [InlineData(403, "x", "billing_not_active")]
    [InlineData(400, "x", "billing_hard_limit_reached")]
    public void Money_is_not_waited_for(int status, string type, string code)
    {
        AnswerText answer = new()
        {
            Method = "POST",
            Url = "https://api.openai.com/v1/responses",
            Status = status,
            Headers = [("retry-after", "20"), ("x-should-retry", "true")],
            Body = $$$"""{"error":{"message":"m","type":"{{{type}}}","code":"{{{code}}}"}}""",
        };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.QuotaExhausted);
        verdict.Wait.ShouldBeNull();
        verdict.Retry.ShouldBeNull();
    }

    [Fact]
    public void A_request_larger_than_the_limit_never_fits()
    {
        AnswerText answer = Refusal(
            [("retry-after", "1")],
            """{"error":{"message":"Request too large for gpt-4o in organization org-x on tokens per min (TPM): Limit 30000, Requested 31538.","type":"tokens","code":"rate_limit_exceeded"}}""");

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.Fatal);
        verdict.Wait.ShouldBeNull();
        verdict.Why.ShouldNotContain("org-x");
    }

    [Theory]
    [InlineData(429, "slow_down", VerdictKind.RateLimited)]
    [InlineData(503, "slow_down", VerdictKind.RateLimited)]
    [InlineData(503, "server_is_overloaded", VerdictKind.Transient)]
    [InlineData(409, "conflict", VerdictKind.Transient)]
    [InlineData(408, "", VerdictKind.Transient)]
    [InlineData(500, "", VerdictKind.Transient)]
    [InlineData(401, "invalid_api_key", VerdictKind.Fatal)]
    [InlineData(404, "model_not_found", VerdictKind.Fatal)]
    public void A_code_says_more_than_the_status(int status, string code, VerdictKind expected)
    {
        AnswerText answer = new() { Method = "POST", Url = "https://api.openai.com/v1/responses", Status = status, Body = $$$"""{"error":{"message":"m","code":"{{{code}}}"}}""" };

        answer.JudgeBy(Provider).Kind.ShouldBe(expected);
    }

    [Fact]
    public void Announced_limits_go_to_the_ledger_as_buckets_and_Azure_s_unknown_does_not()
    {
        AnswerText answer = new()
        {
            Method = "POST",
            Url = "https://api.openai.com/v1/responses",
            Headers =
            [
                ("x-ratelimit-limit-requests", "500"), ("x-ratelimit-remaining-requests", "499"), ("x-ratelimit-reset-requests", "120ms"),
                ("x-ratelimit-limit-tokens", "-1"), ("x-ratelimit-remaining-tokens", "-1"), ("x-ratelimit-reset-tokens", "0"),
            ],
        };

        QuotaObservations observed = answer.JudgeBy(Provider).Observed;

        observed.Count.ShouldBe(1);
        observed[0].ShouldBe(new QuotaObservation("requests", LimitUnit.Requests)
        {
            Limit = 500,
            Remaining = 499,
            Reset = TimeSpan.FromMilliseconds(120),
            Meaning = ResetMeaning.TimeUntilFull,
        });
    }

    [Fact]
    public void Limits_of_a_call_that_runs_no_model_are_those_it_was_charged_to()
    {
        AnswerText answer = new() { Url = "https://api.openai.com/v1/files", Status = 429, Headers = [("x-ratelimit-remaining-requests", "0"), ("x-ratelimit-reset-requests", "1s")] };

        answer.JudgeBy(Provider).Resource.ShouldBe("api");
    }

    [Fact]
    public void A_stream_is_never_peeked()
    {
        Provider.NeedsBody(429, "text/event-stream", default).ShouldBeFalse();
        Provider.NeedsBody(200, "application/json", default).ShouldBeFalse();
    }

    private static AnswerText Refusal(IEnumerable<(string Name, string Value)> headers, string body = """{"error":{"message":"Rate limit reached","type":"requests"}}""") => new()
    {
        Method = "POST",
        Url = "https://api.openai.com/v1/responses",
        Status = 429,
        Headers = headers,
        Body = body,
    };
}
