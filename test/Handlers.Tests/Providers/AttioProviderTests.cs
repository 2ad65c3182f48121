using System.Text;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class AttioProviderTests
{
    private static readonly AttioProvider Provider = new();

    [Theory]
    [InlineData("GET", "/v2/objects", "read", true)]
    [InlineData("POST", "/v2/objects/people/records/query", "read", true)]
    [InlineData("POST", "/v2/lists/l1/entries/query", "read", true)]
    [InlineData("POST", "/v2/objects/records/search", "read", true)]
    [InlineData("PUT", "/v2/objects/people/records?matching_attribute=email_addresses", "write", true)]
    [InlineData("PATCH", "/v2/objects/people/records/r1", "write", true)]
    [InlineData("DELETE", "/v2/objects/people/records/r1", "write", true)]
    [InlineData("POST", "/v2/objects/people/records", "write", false)]
    [InlineData("POST", "/v2/notes", "write", false)]
    [InlineData("POST", "/v2/tasks", "write", false)]
    [InlineData("POST", "/v2/lists/l1/entries", "write", false)]
    public void A_call_reads_or_writes_and_only_creations_are_made_again(string method, string path, string resource, bool isResent)
    {
        AnswerText answer = Request(method, path, status: 503);
        CallPlan plan = answer.PlanBy(Provider);

        plan.Quotas.ShouldHaveSingleItem().ShouldBe(new QuotaUse(resource, Cost.OneRequest, QuotaStart.Slow));
        answer.IsResent(answer.JudgeBy(Provider), plan).ShouldBe(isResent);
    }

    [Theory]
    [InlineData(429, "rate_limit_exceeded", VerdictKind.RateLimited)]
    [InlineData(429, "quota_exceeded", VerdictKind.QuotaExhausted)]
    [InlineData(400, "quota_exceeded", VerdictKind.QuotaExhausted)]
    [InlineData(402, "billing_error", VerdictKind.QuotaExhausted)]
    [InlineData(404, "merge_in_progress", VerdictKind.Transient)]
    [InlineData(404, "not_found", VerdictKind.Fatal)]
    [InlineData(400, "validation_type", VerdictKind.Fatal)]
    [InlineData(400, "missing_value", VerdictKind.Fatal)]
    [InlineData(400, "filter_error", VerdictKind.Fatal)]
    [InlineData(409, "slug_conflict", VerdictKind.Fatal)]
    [InlineData(409, "multiple_match_results", VerdictKind.Fatal)]
    [InlineData(401, "unauthorized", VerdictKind.Fatal)]
    public void The_error_s_code_decides(int status, string code, VerdictKind expected)
    {
        Request("GET", "/v2/objects", status: status, body: $$"""{"status_code":{{status}},"code":"{{code}}"}""").JudgeBy(Provider).Kind.ShouldBe(expected);
    }

    [Trait("Requirement", "A9")]
    [Theory]
    [InlineData("/v2/objects/people/records?x=1&matching_attribute=email_addresses", """{"data":{"values":{"email_addresses":["jane@example.com"]}}}""", "email_addresses:jane@example.com")]
    [InlineData("/v2/objects/people/records?matching_attribute=email_addresses", """{"data":{"values":{"email_addresses":[{"email_address":"jane@example.com"}]}}}""", "email_addresses:jane@example.com")]
    [InlineData("/v2/objects/companies/records?matching_attribute=domains", """{"data":{"values":{"domains":"example.com"}}}""", "domains:example.com")]
    [InlineData("/v2/objects/companies/records?matching_attribute=domains", """{"data":{"values":{"name":"x"}}}""", null)]
    [InlineData("/v2/objects/companies/records", """{"data":{"values":{"domains":"example.com"}}}""", null)]
    [InlineData("/v2/lists/l1/entries", """{"data":{"parent_record_id":"r1"}}""", "r1")]
    [InlineData("/v2/lists/l1/entries", "not json", null)]
    public void An_upsert_is_known_by_what_it_matches(string path, string body, string? expected)
    {
        using StringContent content = new(body, Encoding.UTF8, "application/json");

        Request("PUT", path, content).PlanBy(Provider).NaturalKey.ShouldBe(expected);
    }

    [Fact]
    public void The_profile_holds_the_published_limits()
    {
        ResilienceHandlersOptions options = new();

        Provider.ApplyDefaults(options);

        options.Pacing.Groups["read"].Limits.ShouldBe("100/second");
        options.Pacing.Groups["write"].Limits.ShouldBe("25/second");
    }

    private static AnswerText Request(string method, string path, HttpContent? content = null, int status = 200, string body = "") =>
        new() { Method = method, Url = "https://api.attio.com" + path, Content = content, Status = status, Body = body };
}
