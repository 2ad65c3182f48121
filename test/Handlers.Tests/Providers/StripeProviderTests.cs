using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class StripeProviderTests
{
    private static readonly StripeProvider Provider = new();

    [Theory]
    [InlineData("POST", "/v1/payment_intents", "Idempotency-Key")]
    [InlineData("POST", "/v2/core/accounts", "Idempotency-Key")]
    [InlineData("DELETE", "/v2/core/accounts/a", "Idempotency-Key")]
    [InlineData("DELETE", "/v1/customers/c", null)]
    [InlineData("GET", "/v1/customers", null)]
    public void Keys_are_honoured_where_something_is_made(string method, string path, string? expected)
    {
        Request(method, path).PlanBy(Provider).IdempotencyHeader.ShouldBe(expected);
    }

    [Theory]
    [InlineData("/v1/payment_intents", "endpoint, account")]
    [InlineData("/v1/customers/search", "search, account")]
    [InlineData("/v1/files", "files, account")]
    public void Endpoints_and_the_account_have_limits(string path, string expected)
    {
        string.Join(", ", Request("GET", path).PlanBy(Provider).Quotas.Select(use => use.Resource)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(429, "rate_limit", "endpoint-rate", VerdictKind.RateLimited, null)]
    [InlineData(429, "rate_limit", "global-rate", VerdictKind.RateLimited, "account")]
    [InlineData(429, "rate_limit", "global-concurrency", VerdictKind.RateLimited, "account")]
    [InlineData(429, "lock_timeout", "endpoint-concurrency", VerdictKind.RateLimited, null)]
    [InlineData(429, "lock_timeout", null, VerdictKind.Transient, null)]
    [InlineData(409, "idempotency_key_in_use", null, VerdictKind.Transient, null)]
    [InlineData(402, "card_declined", null, VerdictKind.Fatal, null)]
    [InlineData(400, "parameter_missing", null, VerdictKind.Fatal, null)]
    public void A_refusal_is_told_apart_by_code_and_reason(int status, string code, string? reason, VerdictKind kind, string? resource)
    {
        AnswerText answer = Request("POST", "/v1/charges", status, reason is null ? [] : [("Stripe-Rate-Limited-Reason", reason)], $$$"""{"error":{"code":"{{{code}}}"}}""");

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(kind);
        verdict.Resource.ShouldBe(resource);
    }

    [Theory]
    [InlineData("true", 400, VerdictKind.Transient, null)]
    [InlineData("false", 409, VerdictKind.Transient, false)]
    [InlineData("false", 503, VerdictKind.Transient, false)]
    [InlineData("", 503, VerdictKind.Transient, null)]
    public void Stripe_s_word_on_retrying_comes_first(string word, int status, VerdictKind kind, bool? retry)
    {
        Verdict verdict = Request("POST", "/v1/charges", status, [("Stripe-Should-Retry", word)]).JudgeBy(Provider);

        verdict.Kind.ShouldBe(kind);
        verdict.Retry.ShouldBe(retry);
    }

    private static AnswerText Request(string method, string path, int status = 200, IEnumerable<(string Name, string Value)>? headers = null, string body = "") =>
        new() { Method = method, Url = "https://api.stripe.com" + path, Status = status, Headers = headers ?? [], Body = body };
}
