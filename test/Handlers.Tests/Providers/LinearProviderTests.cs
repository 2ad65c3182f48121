using System.Net.Http.Json;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class LinearProviderTests
{
    private const string Id = "6f1f6c2e-0d6d-4a4c-9a63-0f4e2d7f7a10";
    private const string Limited = """{"errors":[{"message":"x","extensions":{"code":"RATELIMITED","type":"ratelimited"}}],"data":null}""";

    private static readonly LinearProvider Provider = new();

    [Theory]
    [InlineData("query Mine { viewer { id } }", ReplaySafety.Safe, "query Mine")]
    [InlineData("mutation { issueUpdate(id: 1) { success } }", ReplaySafety.Safe, "mutation issueUpdate")]
    [InlineData("mutation { issueDelete(id: 1) { success } }", ReplaySafety.Safe, "mutation issueDelete")]
    [InlineData("mutation { issueCreate(input: {}) { success } }", ReplaySafety.Unsafe, "mutation issueCreate")]
    [InlineData("mutation { a: issueUpdate { success } b: commentCreate { success } }", ReplaySafety.Unsafe, "mutation issueUpdate")]
    [InlineData("subscription { issue { id } }", ReplaySafety.Unsafe, "POST /graphql")]
    [InlineData("query A { a } mutation B { b }", ReplaySafety.Unsafe, "POST /graphql")]
    [InlineData("{", ReplaySafety.Unsafe, "POST /graphql")]
    public void The_selected_operation_decides_about_replay(string document, ReplaySafety expected, string operation)
    {
        using JsonContent content = JsonContent.Create(new { query = document });

        CallPlan plan = Request(content).PlanBy(Provider);

        plan.Replay.ShouldBe(expected);
        plan.Operation.ShouldBe(operation);
    }

    [Trait("Requirement", "A9")]
    [Fact]
    public void A_creation_with_an_id_of_our_own_may_be_repeated()
    {
        using JsonContent content = Creation(Id);

        CallPlan plan = Request(content).PlanBy(Provider);

        plan.Replay.ShouldBe(ReplaySafety.Safe);
        plan.NaturalKey.ShouldBe(Id);
    }

    [Theory]
    [InlineData("query { viewer { id } }", "requests, complexity")]
    [InlineData("query { searchIssues(term: \"x\") { nodes { id } } }", "searchIssues, requests, complexity")]
    [InlineData("query { semanticSearch(query: \"x\") { nodes { id } } }", "semanticSearch, requests, complexity")]
    public void A_search_has_a_limit_of_its_own(string document, string expected)
    {
        using JsonContent content = JsonContent.Create(new { query = document });

        CallPlan plan = Request(content).PlanBy(Provider);

        string.Join(", ", plan.Quotas.Select(use => use.Resource)).ShouldBe(expected);
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(1, true, true)]
    [InlineData(0, true, false)]
    public void Already_exists_proves_success_only_on_a_retry_and_for_our_own_id(int retries, bool isOurs, bool expected)
    {
        using JsonContent content = Creation(isOurs ? Id : "11111111-1111-4111-8111-111111111111");
        string message = $"Entity Issue with id {Id} already exists.";
        AnswerText answer = new()
        {
            Method = "POST",
            Url = "https://api.linear.app/graphql",
            Content = content,
            Retries = retries,
            Body = $$$"""{"errors":[{"message":"conflict on insert of Issue","extensions":{"code":"INPUT_ERROR","type":"invalid input","userPresentableMessage":"{{{message}}}"}}],"data":null}""",
        };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.Fatal);
        verdict.AlreadyDone.ShouldBe(expected);
        verdict.Why.ShouldNotContain(Id);
    }

    [Theory]
    [InlineData(200)]
    [InlineData(400)]
    [InlineData(429)]
    public void RATELIMITED_is_a_limit_whatever_the_status(int status)
    {
        Request(status: status, body: Limited, headers: Budget("Requests", "0", 1200)).JudgeBy(Provider).Kind.ShouldBe(VerdictKind.RateLimited);
    }

    [Theory]
    [InlineData("ratelimited", VerdictKind.RateLimited)]
    [InlineData("usage limit exceeded", VerdictKind.QuotaExhausted)]
    [InlineData("lock timeout", VerdictKind.Transient)]
    [InlineData("internal error", VerdictKind.Transient)]
    [InlineData("invalid input", VerdictKind.Fatal)]
    [InlineData("authentication error", VerdictKind.Fatal)]
    [InlineData("forbidden", VerdictKind.Fatal)]
    [InlineData("feature not accessible", VerdictKind.Fatal)]
    public void The_error_s_type_decides(string type, VerdictKind expected)
    {
        string body = $$$"""{"errors":[{"message":"m","extensions":{"type":"{{{type}}}"}}],"data":null}""";

        Request(status: 400, body: body).JudgeBy(Provider).Kind.ShouldBe(expected);
        Request(status: 200, body: body).JudgeBy(Provider).Kind.ShouldBe(expected);
    }

    [Fact]
    public void A_mutation_that_was_executed_in_part_is_not_repeated()
    {
        using JsonContent content = JsonContent.Create(new { query = "mutation { a: issueCreate { success } b: issueCreate { success } }" });
        AnswerText answer = new()
        {
            Method = "POST",
            Url = "https://api.linear.app/graphql",
            Content = content,
            Body = """{"errors":[{"extensions":{"code":"RATELIMITED"}}],"data":{"a":{"success":true},"b":null}}""",
        };

        answer.JudgeBy(Provider).Retry.ShouldBe(false);
    }

    [Theory]
    [InlineData("5", 5.0, false)]
    [InlineData(null, 1800.0, true)]
    public void The_latest_reset_of_what_is_exhausted_is_an_upper_bound(string? retryAfter, double expected, bool isUpperBound)
    {
        AnswerText answer = Request(
            status: 400,
            body: Limited,
            headers: [.. Budget("Requests", "0", 1200), .. Budget("Complexity", "0", 1800), .. Budget("Endpoint-Requests", "9", 9000), .. retryAfter is null ? [] : new[] { ("Retry-After", retryAfter) }]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(expected));
        verdict.WaitIsUpperBound.ShouldBe(isUpperBound);
        verdict.Resource.ShouldBe("complexity");
    }

    [Fact]
    public void A_refusal_without_an_exhausted_budget_has_no_hint()
    {
        Verdict verdict = Request(status: 400, body: Limited, headers: Budget("Requests", "10", 1200)).JudgeBy(Provider);

        verdict.Wait.ShouldBeNull();
        verdict.Resource.ShouldBe("requests");
    }

    [Fact]
    public void An_exhausted_endpoint_is_the_one_the_call_was_charged_to()
    {
        using JsonContent content = JsonContent.Create(new { query = "{ searchIssues(term: \"x\") { nodes { id } } }" });
        AnswerText answer = new()
        {
            Method = "POST",
            Url = "https://api.linear.app/graphql",
            Content = content,
            Status = 400,
            Headers = [.. Budget("Endpoint-Requests", "0", 30), ("X-RateLimit-Endpoint-Name", "issueSearch")],
            Body = Limited,
        };

        answer.JudgeBy(Provider).Resource.ShouldBe("searchIssues");
    }

    [Fact]
    public void What_a_query_cost_goes_to_the_ledger()
    {
        AnswerText answer = Request(headers: [.. Budget("Requests", "2400", 3000), .. Budget("Complexity", "2900000", 3000), ("X-Complexity", "52")], body: """{"data":{}}""");

        QuotaObservations observed = answer.JudgeBy(Provider).Observed;

        observed.Count.ShouldBe(2);
        observed[1].ShouldBe(new QuotaObservation("complexity", LimitUnit.Points)
        {
            Limit = 100,
            Remaining = 2_900_000,
            Reset = TimeSpan.FromSeconds(3000),
            Window = TimeSpan.FromHours(1),
            Meaning = ResetMeaning.TimeUntilFull,
            Cost = 52,
        });
    }

    private static JsonContent Creation(string id) => JsonContent.Create(new
    {
        query = "mutation($input: IssueCreateInput!) { issueCreate(input: $input) { success } }",
        variables = new { input = new { id, title = "x" } },
    });

    private static (string Name, string Value)[] Budget(string kind, string remaining, int seconds) =>
    [
        ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), ($"X-RateLimit-{kind}-Limit", "100"), ($"X-RateLimit-{kind}-Remaining", remaining),
        ($"X-RateLimit-{kind}-Reset", $"{1795262400 + seconds}000"),
    ];

    private static AnswerText Request(HttpContent? content = null, int status = 200, string body = "", IEnumerable<(string Name, string Value)>? headers = null) =>
        new() { Method = "POST", Url = "https://api.linear.app/graphql", Content = content, Status = status, Body = body, Headers = headers ?? [] };
}
