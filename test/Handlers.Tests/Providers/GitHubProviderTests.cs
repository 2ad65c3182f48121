using System.Net.Http.Json;
using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class GitHubProviderTests
{
    private const string Date = "Sat, 21 Nov 2026 12:00:00 GMT";
    private const string In900Seconds = "1795263300";
    private const string SecondaryMessage = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.";

    private static readonly GitHubProvider Provider = new();

    [Theory]
    [InlineData("GET", "/repos/o/r/issues", "core")]
    [InlineData("HEAD", "/repos/o/r", "core")]
    [InlineData("GET", "/search/issues", "search")]
    [InlineData("GET", "/search/code", "code_search")]
    [InlineData("POST", "/graphql", "graphql")]
    [InlineData("POST", "/app-manifests/code1/conversions", "integration_manifest")]
    [InlineData("PUT", "/repos/o/r/import", "source_import")]
    [InlineData("POST", "/repos/o/r/code-scanning/sarifs", "code_scanning_upload")]
    [InlineData("GET", "/scim/v2/organizations/o/Users", "scim")]
    [InlineData("POST", "/repos/o/r/dependency-graph/snapshots", "dependency_snapshots")]
    [InlineData("GET", "/repos/o/r/dependency-graph/sbom", "dependency_sbom")]
    [InlineData("GET", "/orgs/o/audit-log", "audit_log")]
    [InlineData("GET", "/api/v3/repos/o/r/issues", "core")]
    [InlineData("GET", "/api/v3/search/code", "code_search")]
    [InlineData("POST", "/api/graphql", "graphql")]
    public void A_request_s_path_names_its_primary_quota(string method, string path, string expected)
    {
        CallPlan plan = Request(method, path).PlanBy(Provider);

        plan.Quotas.Single(use => use.Start == QuotaStart.FirstAnswer).Resource.ShouldBe(expected);
    }

    [Theory]
    [Trait("Requirement", "A10")]
    [InlineData("/repos/acme/rockets/issues/17/labels/on%20fire", "GET /repos/{owner}/{repo}/issues/{id}/labels/{name}")]
    [InlineData("/repos/acme/rockets/contents/src/Secret.cs", "GET /repos/{owner}/{repo}/contents/{path}")]
    [InlineData("/repos/acme/rockets/git/refs/heads/main", "GET /repos/{owner}/{repo}/git/refs/{ref}")]
    [InlineData("/orgs/acme/members/octocat", "GET /orgs/{org}/members/{username}")]
    [InlineData("/users/octocat/repos", "GET /users/{username}/repos")]
    [InlineData("/search/issues", "GET /search/issues")]
    [InlineData("/user", "GET /user")]
    public void An_operation_is_named_without_owners_and_names(string path, string expected) =>
        Provider.OperationOf(HttpMethod.Get, new Uri("https://api.github.com" + path + "?page=2")).ShouldBe(expected);

    [Theory]
    [InlineData("GET", "/repos/o/r/issues", "core 1+0, secondary 1+1")]
    [InlineData("GET", "/rate_limit", "core 0+0, secondary 1+1")]
    [InlineData("PATCH", "/repos/o/r/issues/1", "writes 1+0, core 1+0, secondary 1+5")]
    [InlineData("DELETE", "/repos/o/r/issues/1/lock", "writes 1+0, core 1+0, secondary 1+5")]
    [InlineData("POST", "/repos/o/r/issues", "content 1+0, writes 1+0, core 1+0, secondary 1+5")]
    [InlineData("PUT", "/repos/o/r/contents/docs/a.md", "content 1+0, writes 1+0, core 1+0, secondary 1+5")]
    [InlineData("POST", "/app/installations/42/access_tokens", "writes 1+0, core 1+0, secondary 1+5")]
    public void An_attempt_is_charged_in_requests_and_points(string method, string path, string expected)
    {
        CallPlan plan = Request(method, path).PlanBy(Provider);

        Spell(plan).ShouldBe(expected);
    }

    [Theory]
    [InlineData("query { viewer { login } }", "graphql 1+1, graphql_points 1+1, secondary 1+0", ReplaySafety.Safe, "query viewer")]
    [InlineData("mutation Close { closeIssue(input: {issueId: 1}) { issue { id } } }", "writes 1+0, graphql 1+1, graphql_points 1+5, secondary 1+0", ReplaySafety.Unsafe, "mutation Close")]
    [InlineData("mutation { addComment(input: {}) { id } }", "content 1+0, writes 1+0, graphql 1+1, graphql_points 1+5, secondary 1+0", ReplaySafety.Unsafe, "mutation addComment")]
    [InlineData("mutation { a: closeIssue { id } b: createIssue { id } }", "content 1+0, writes 1+0, graphql 1+1, graphql_points 1+5, secondary 1+0", ReplaySafety.Unsafe, "mutation closeIssue")]
    [InlineData("not graphql", "content 1+0, writes 1+0, graphql 1+1, graphql_points 1+5, secondary 1+0", ReplaySafety.Unsafe, "POST /graphql")]
    public void A_GraphQL_document_decides_cost_and_replay(string document, string quotas, ReplaySafety replay, string operation)
    {
        using JsonContent content = JsonContent.Create(new { query = document });

        CallPlan plan = Request("POST", "/graphql", content).PlanBy(Provider);

        Spell(plan).ShouldBe(quotas);
        plan.Replay.ShouldBe(replay);
        plan.Operation.ShouldBe(operation);
    }

    [Fact]
    public void A_GraphQL_body_that_cannot_be_seen_counts_as_a_creation()
    {
        using MemoryStream stream = new("""{"query":"{ viewer { login } }"}"""u8.ToArray());
        using StreamContent content = new(stream);

        CallPlan plan = Request("POST", "/graphql", content).PlanBy(Provider);

        plan.Replay.ShouldBe(ReplaySafety.Unsafe);
        plan.Quotas.ShouldContain(use => use.Resource == "content");
        stream.Position.ShouldBe(0);
    }

    [Trait("Requirement", "B2")]
    [Fact]
    public void An_installation_token_may_be_asked_for_again()
    {
        CallPlan plan = Request("POST", "/app/installations/42/access_tokens").PlanBy(Provider);

        plan.Replay.ShouldBe(ReplaySafety.Safe);
        plan.Operation.ShouldBe("POST /app/installations/{installation_id}/access_tokens");
    }

    [Theory]
    [InlineData("GET", "/repos/o/r/issues", true)]
    [InlineData("PUT", "/repos/o/r/labels", true)]
    [InlineData("DELETE", "/repos/o/r/labels/a", true)]
    [InlineData("PATCH", "/repos/o/r/issues/1", false)]
    [InlineData("POST", "/repos/o/r/issues/1/comments", false)]
    [InlineData("POST", "/markdown", true)]
    public void Replay_follows_what_a_repeat_would_do(string method, string path, bool isResent)
    {
        AnswerText answer = Request(method, path, status: 502);

        answer.IsResent(answer.JudgeBy(Provider), answer.PlanBy(Provider)).ShouldBe(isResent);
    }

    [Fact]
    public void Requests_of_one_kind_share_one_array()
    {
        CallPlan one = Request("GET", "/repos/o/r/issues").PlanBy(Provider);
        CallPlan other = Request("GET", "/user/repos").PlanBy(Provider);

        (one.Quotas == other.Quotas).ShouldBeTrue();
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    public void A_primary_refusal_waits_for_the_reset_of_the_quota_it_names(int status)
    {
        AnswerText answer = Request("GET", "/repos/o/r", status: status, headers: [.. Quota("0"), ("x-ratelimit-resource", "search")], body: """{"message":"API rate limit exceeded for user ID 1."}""");

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.RateLimited);
        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(900));
        verdict.Resource.ShouldBe("search");
        verdict.WholeAccount.ShouldBeFalse();
    }

    [Theory]
    [InlineData(403, SecondaryMessage, "", "7", "100", 7.0)]
    [InlineData(429, SecondaryMessage, "", null, "0", 900.0)]
    [InlineData(403, SecondaryMessage, "", null, "100", 60.0)]
    [InlineData(403, "Slow down", "https://docs.github.com/x#about-secondary-rate-limits", null, "100", 60.0)]
    [InlineData(403, "Slow down", "https://developer.github.com/v3/#abuse-rate-limits", null, "100", 60.0)]
    [InlineData(403, "You have triggered an abuse detection mechanism.", "", null, "100", 60.0)]
    [InlineData(403, "anything", "", "30", "100", 30.0)]
    [InlineData(429, "", "", null, null, 60.0)]
    public void A_secondary_refusal_stops_the_account(int status, string message, string help, string? retryAfter, string? remaining, double expected)
    {
        AnswerText answer = Request(
            "GET",
            "/repos/o/r",
            status: status,
            headers: [.. remaining is null ? [] : Quota(remaining), .. retryAfter is null ? [] : new[] { ("Retry-After", retryAfter) }],
            body: $$"""{"message":"{{message}}","documentation_url":"{{help}}"}""");

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.RateLimited);
        verdict.Resource.ShouldBe("secondary");
        verdict.WholeAccount.ShouldBeTrue();
        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Theory]
    [InlineData(0, 60)]
    [InlineData(1, 120)]
    [InlineData(2, 240)]
    [InlineData(6, 3660)]
    [InlineData(1000, 3660)]
    public void A_secondary_refusal_without_hint_waits_longer_each_time(int retries, int expected)
    {
        AnswerText answer = new() { Url = "https://api.github.com/user", Status = 403, Retries = retries, Body = $$"""{"message":"{{SecondaryMessage}}"}""" };

        answer.JudgeBy(Provider).Wait.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Theory]
    [InlineData(0, 0, 60)]
    [InlineData(0, 10, 60)]
    [InlineData(0, 60, 120)]
    [InlineData(1, 480, 960)]
    [InlineData(2, 60, 240)]
    [InlineData(0, 3000, 3660)]
    public void It_waits_twice_as_long_as_the_pause_that_another_call_had_waited_for(int retries, int pause, int expected)
    {
        AnswerText answer = new()
        {
            Url = "https://api.github.com/user",
            Status = 403,
            Retries = retries,
            LastPause = TimeSpan.FromSeconds(pause),
            Body = $$"""{"message":"{{SecondaryMessage}}"}""",
        };

        answer.JudgeBy(Provider).Wait.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Fact]
    public void A_reset_in_milliseconds_is_recognised_and_said()
    {
        AnswerText answer = Request(
            "GET", "/repos/o/r", status: 403, headers: [("Date", Date), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", In900Seconds + "000")]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(900));
        verdict.Why.ShouldContain("not in seconds");
    }

    [Theory]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(410)]
    [InlineData(422)]
    [InlineData(451)]
    public void What_is_no_limit_is_the_caller_s_fault(int status)
    {
        AnswerText answer = Request("GET", "/repos/o/r", status: status, headers: Quota("100"), body: """{"message":"Not Found"}""");

        answer.JudgeBy(Provider).Kind.ShouldBe(VerdictKind.Fatal);
    }

    [Fact]
    public void Statistics_that_are_being_computed_are_not_there_yet()
    {
        AnswerText answer = Request("GET", "/repos/o/r/stats/contributors", status: 202, headers: Quota("100"));

        answer.JudgeBy(Provider).Kind.ShouldBe(VerdictKind.Transient);
    }

    [Fact]
    public void Other_accepted_work_is_done_as_asked()
    {
        AnswerText answer = Request("POST", "/repos/o/r/forks", status: 202, headers: Quota("100"));

        answer.JudgeBy(Provider).Kind.ShouldBe(VerdictKind.Ok);
    }

    [Theory]
    [InlineData("""{"data":null,"errors":[{"type":"RATE_LIMITED"}]}""", VerdictKind.RateLimited, "graphql", 900.0)]
    [InlineData("""{"errors":[{"type":"NOT_FOUND"},{"type":"RATE_LIMIT"}]}""", VerdictKind.RateLimited, "graphql", 900.0)]
    [InlineData("""{"errors":[{"extensions":{"code":"graphql_rate_limit"}}]}""", VerdictKind.RateLimited, "graphql", 900.0)]
    [InlineData("""{"errors":[{"message":"You have exceeded a secondary rate limit."}]}""", VerdictKind.RateLimited, "secondary", 60.0)]
    [InlineData("""{"data":null,"errors":[{"message":"Something went wrong while executing your query. This may be the result of a timeout."}]}""", VerdictKind.Transient, null, null)]
    [InlineData("""{"data":null,"errors":[{"type":"INSUFFICIENT_SCOPES","message":"no"}]}""", VerdictKind.Fatal, null, null)]
    [InlineData("""{"data":{"repository":null},"errors":[{"type":"NOT_FOUND"}]}""", VerdictKind.Ok, null, null)]
    [InlineData("""{"data":{"errors":[{"type":"RATE_LIMITED"}]}}""", VerdictKind.Ok, null, null)]
    [InlineData("""{"data":{"viewer":{"login":"o"}}}""", VerdictKind.Ok, null, null)]
    [InlineData("""{"data":{"text":"\"errors\": [{\"type\":\"RATE_LIMITED\"}]"}}""", VerdictKind.Ok, null, null)]
    public void A_GraphQL_200_is_judged_by_its_errors(string body, VerdictKind kind, string? resource, double? wait)
    {
        AnswerText answer = Request("POST", "/graphql", headers: Quota("100"), body: body);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(kind);
        verdict.Resource.ShouldBe(resource);
        verdict.Wait.ShouldBe(AnswerText.Seconds(wait));
    }

    [Theory]
    [InlineData("/graphql", 200, "application/json", true)]
    [InlineData("/graphql", 200, "text/event-stream", false)]
    [InlineData("/graphql", 403, "application/json", true)]
    [InlineData("/user", 200, "application/json", false)]
    [InlineData("/user", 403, "application/json", true)]
    [InlineData("/user", 429, "application/vnd.github+json", true)]
    [InlineData("/user", 429, "text/html", false)]
    [InlineData("/user", 404, "application/json", false)]
    [InlineData("/user", 502, "application/json", false)]
    [InlineData("/user", 403, null, false)]
    public void Bodies_are_read_only_where_they_decide(string path, int status, string? mediaType, bool expected)
    {
        CallPlan plan = Request("POST", path).PlanBy(Provider);

        Provider.NeedsBody(status, mediaType, plan).ShouldBe(expected);
    }

    [Theory]
    [InlineData("co\u001b[2Jre")]
    [InlineData("c\u00f6re")]
    [InlineData("")]
    [InlineData("a_name_that_is_longer_than_any_that_a_person_would_give_to_a_resource")]
    public void What_can_be_no_name_of_a_quota_is_none(string resource)
    {
        AnswerText answer = Request("GET", "/repos/o/r", headers: [.. Quota("4999"), ("x-ratelimit-resource", resource)]);

        answer.JudgeBy(Provider).Observed[0].Resource.ShouldBe("core");
    }

    [Fact]
    public void What_remains_goes_to_the_ledger()
    {
        AnswerText answer = Request("GET", "/repos/o/r", headers: [.. Quota("4999"), ("x-ratelimit-resource", "core")]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBeNull();
        verdict.Observed.Count.ShouldBe(1);
        verdict.Observed[0].ShouldBe(new QuotaObservation("core", LimitUnit.Requests)
        {
            Limit = 5000,
            Remaining = 4999,
            Reset = TimeSpan.FromSeconds(900),
            Window = TimeSpan.FromHours(1),
            Meaning = ResetMeaning.WindowEnd,
        });
    }

    [Theory]
    [InlineData(304, "5000", 0)]
    [InlineData(304, "60", QuotaObservation.Unknown)]
    [InlineData(200, "5000", QuotaObservation.Unknown)]
    public void An_authorised_304_costs_nothing(int status, string limit, long cost)
    {
        AnswerText answer = Request("GET", "/repos/o/r", status: status, headers: [("x-ratelimit-limit", limit), ("x-ratelimit-remaining", "50")]);

        answer.JudgeBy(Provider).Observed[0].Cost.ShouldBe(cost);
    }

    [Fact]
    public void An_answer_from_a_cache_teaches_nothing()
    {
        AnswerText answer = Request("GET", "/repos/o/r", headers: [.. Quota("0"), ("Age", "3")]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBeNull();
        verdict.Observed.Count.ShouldBe(0);
    }

    [Fact]
    public void The_last_request_of_a_window_names_the_wait_for_the_next()
    {
        AnswerText answer = Request("GET", "/repos/o/r", headers: Quota("0"));

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.Ok);
        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(900));
        verdict.WaitIsUpperBound.ShouldBeFalse();
        verdict.Resource.ShouldBe("core");
    }

    [Fact]
    public void A_poll_interval_is_reported_without_holding_back_a_quota_that_anybody_is_charged_to()
    {
        AnswerText answer = Request("GET", "/events", headers: [("x-poll-interval", "60"), .. Quota("100")]);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(60));
        answer.PlanBy(Provider).Quotas.ShouldNotContain(use => use.Resource == verdict.Resource);
    }

    [Theory]
    [InlineData("""{"data":{"a":{"id":1},"b":null},"errors":[{"type":"RATE_LIMITED","path":["b"]}]}""", false)]
    [InlineData("""{"data":{"a":{"id":1},"b":null},"errors":[{"message":"You have exceeded a secondary rate limit.","path":["b"]}]}""", false)]
    [InlineData("""{"data":{"a":null},"errors":[{"type":"RATE_LIMITED","path":["a"]}]}""", null)]
    public void A_mutation_that_was_refused_half_way_is_not_sent_again(string body, bool? retry)
    {
        using JsonContent mutation = JsonContent.Create(new { query = "mutation { a: addComment(input: {}) { id } b: addComment(input: {}) { id } }" });
        AnswerText answer = Request("POST", "/graphql", mutation, headers: Quota("0"), body: body);

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.RateLimited);
        verdict.Retry.ShouldBe(retry);
    }

    [Fact]
    public void The_profile_holds_the_secondary_limits()
    {
        ResilienceHandlersOptions options = new();

        Provider.ApplyDefaults(options);

        IDictionary<string, PacingGroupOptions> groups = options.Pacing.Groups;
        groups["secondary"].MaxConcurrency.ShouldBe(100);
        groups["secondary"].Limits.ShouldBe("900 points/minute");
        groups["graphql_points"].Limits.ShouldBe("2000 points/minute");
        groups["content"].Limits.ShouldBe("80/minute, 500/hour");
        groups["writes"].MinInterval.ShouldBe(TimeSpan.FromSeconds(1));
    }

    private static (string Name, string Value)[] Quota(string remaining) =>
        [("Date", Date), ("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", remaining), ("x-ratelimit-reset", In900Seconds), ("x-ratelimit-used", "1")];

    private static AnswerText Request(
        string method, string path, HttpContent? content = null, int status = 200, IEnumerable<(string Name, string Value)>? headers = null, string body = "") => new()
        {
            Method = method,
            Url = "https://api.github.com" + path + "?page=2",
            Content = content,
            Status = status,
            Headers = headers ?? [],
            Body = body,
        };

    private static string Spell(CallPlan plan) => string.Join(", ", plan.Quotas.Select(use => $"{use.Resource} {use.Cost.Requests}+{use.Cost.Points}"));
}
