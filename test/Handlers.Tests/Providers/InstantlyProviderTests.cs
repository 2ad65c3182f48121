using System.Net.Http.Json;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class InstantlyProviderTests
{
    private static readonly InstantlyProvider Provider = new();

    [Theory]
    [InlineData("GET", "/api/v2/campaigns", "workspace")]
    [InlineData("GET", "/api/v1/campaign/list", "workspace")]
    [InlineData("GET", "/api/v2/emails", "emails, workspace")]
    [InlineData("GET", "/api/v2/emails/1", "workspace")]
    [InlineData("POST", "/api/v2/emails/test", "test-emails, workspace")]
    [InlineData("POST", "/api/v2/dfy-email-account-orders/domains/check", "domain-checks, workspace")]
    [InlineData("POST", "/api/v2/oauth/google/init", "oauth-init, workspace")]
    [InlineData("POST", "/api/v2/oauth/microsoft/init", "oauth-init, workspace")]
    [InlineData("POST", "/api/v2/lead-labels/ai-reply-label", "ai-labels, workspace")]
    public void Every_call_spends_the_workspace_s_budget_and_some_a_smaller_one(string method, string path, string expected)
    {
        CallPlan plan = Request(method, path).PlanBy(Provider);

        string.Join(", ", plan.Quotas.Select(use => use.Resource)).ShouldBe(expected);
        plan.Quotas.ShouldAllBe(use => use.Cost == Cost.OneRequest);
    }

    [Theory]
    [InlineData("POST", "/api/v2/leads/list", true)]
    [InlineData("POST", "/api/v2/accounts/warmup-analytics", true)]
    [InlineData("GET", "/api/v2/leads/1", true)]
    [InlineData("DELETE", "/api/v2/leads/1", true)]
    [InlineData("PATCH", "/api/v2/leads/1", false)]
    [InlineData("POST", "/api/v2/leads", false)]
    [InlineData("POST", "/api/v2/emails/reply", false)]
    [InlineData("POST", "/api/v2/emails/forward", false)]
    [InlineData("POST", "/api/v2/emails/test", false)]
    [InlineData("POST", "/api/v2/campaigns/1/activate", false)]
    public void Only_reads_are_repeated_after_an_unknown_outcome(string method, string path, bool isResent)
    {
        AnswerText answer = Request(method, path, status: 500);

        answer.IsResent(answer.JudgeBy(Provider), answer.PlanBy(Provider)).ShouldBe(isResent);
    }

    [Theory]
    [InlineData(402, VerdictKind.QuotaExhausted)]
    [InlineData(400, VerdictKind.Fatal)]
    [InlineData(401, VerdictKind.Fatal)]
    [InlineData(403, VerdictKind.Fatal)]
    [InlineData(404, VerdictKind.Fatal)]
    [InlineData(409, VerdictKind.Fatal)]
    [InlineData(413, VerdictKind.Fatal)]
    [InlineData(429, VerdictKind.RateLimited)]
    [InlineData(202, VerdictKind.Ok)]
    public void A_status_is_judged_by_its_meaning_here(int status, VerdictKind expected)
    {
        Request("GET", "/api/v2/campaigns", status: status).JudgeBy(Provider).Kind.ShouldBe(expected);
    }

    [Trait("Requirement", "A9")]
    [Theory]
    [InlineData("jane@example.com", "c1", null, "jane@example.com:c1")]
    [InlineData("jane@example.com", null, "l1", "jane@example.com:l1")]
    [InlineData("jane@example.com", null, null, null)]
    [InlineData(null, "c1", null, null)]
    public void A_lead_is_known_by_recipient_and_sequence(string? email, string? campaign, string? list, string? expected)
    {
        using JsonContent content = JsonContent.Create(new { email, campaign, list_id = list });

        Request("POST", "/api/v2/leads", content).PlanBy(Provider).NaturalKey.ShouldBe(expected);
    }

    [Trait("Requirement", "A2")]
    [Fact]
    public void The_profile_holds_the_published_limits()
    {
        ResilienceHandlersOptions options = new();

        Provider.ApplyDefaults(options);

        options.Pacing.Groups["workspace"].Limits.ShouldBe("100/second, 6000/minute");
        options.Pacing.Groups["emails"].Limits.ShouldBe("20/minute");
        options.Pacing.Groups["test-emails"].Limits.ShouldBe("10/minute");
        options.Pacing.Groups["domain-checks"].Limits.ShouldBe("30/minute, 900/hour");
        options.Pacing.Groups["oauth-init"].Limits.ShouldBe("75/minute");
        options.Pacing.Groups["ai-labels"].Limits.ShouldBe("500/30 days");
    }

    private static AnswerText Request(string method, string path, HttpContent? content = null, int status = 200) =>
        new() { Method = method, Url = "https://api.instantly.ai" + path, Content = content, Status = status };
}
