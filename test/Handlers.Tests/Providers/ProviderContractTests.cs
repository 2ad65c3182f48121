using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Providers;
using Handlers.Quotas;

namespace Handlers.Tests.Providers;

/// <summary>What holds for every provider, whatever a server sends.</summary>
public sealed class ProviderContractTests
{
    private const string Canary = "sk-canary-4711";

    private static readonly string[] HeaderNames =
    [
        "Date", "Age", "Retry-After", "retry-after-ms", "x-ms-retry-after-ms", "x-should-retry", "Stripe-Should-Retry", "Stripe-Rate-Limited-Reason",
        "RateLimit", "RateLimit-Policy", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset",
        "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-resource", "x-poll-interval",
        "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests", "x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens",
        "X-RateLimit-Requests-Remaining", "X-RateLimit-Requests-Reset", "X-RateLimit-Complexity-Remaining", "X-RateLimit-Complexity-Reset", "X-Complexity",
        "anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset", "anthropic-ratelimit-unified-status", "anthropic-ratelimit-unified-reset",
    ];

    private static readonly string[] HeaderValues =
    [
        "", " ", "0", "1", "-1", "-5", "1.5", "60", "86400", "4294968", "2147483648", "99999999999999999999999999", "5, 7", "soon", "true", "false", "rejected",
        "Sat, 21 Nov 2026 12:00:05 GMT", "Sat, 21 Nov 2026 11:00:00 GMT", "Saturday, 21-Nov-26 12:00:05 GMT", "Sat Nov 21 12:00:05 2026", "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 0001 00:00:00 GMT", "1795263300", "1795263300000", "20ms", "1m12.5s", "99999999h", "2026-11-21T12:00:30Z", "9999-12-31T23:59:59Z",
        "\"default\";r=0;t=30", "\"a\";r=0;t=999999999999999", "limit=100, remaining=0, reset=12", "100;w=60", "((((", "\"", "core", "search", "\u0665",
    ];

    private static readonly string[] Bodies =
    [
        "", "{", "[]", "[[[[", "null", "\"text\"", "{}", """{"errors":[]}""", """{"errors":null,"data":null}""", """{"errors":[null,{"type":"RATE_LIMITED"}]}""",
        """{"errors":[{"extensions":{"code":"RATELIMITED","type":7}}],"data":[]}""", """{"message":7,"documentation_url":null}""", """{"message":"You have exceeded a secondary rate limit"}""",
        """{"error":{"message":"Please try again in 99999999999h.","type":"tokens","code":"rate_limit_exceeded"}}""", """{"error":"text"}""", """{"error":{"details":7}}""",
        """[{"error":{"details":[null,7,{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"-3s"},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"99999999999999s"}]}}]""",
        """{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[null,{"quotaId":"PerDay","quotaValue":"-7"}]}]}}""",
        """{"code":"merge_in_progress"}""", """{"type":"#quota-exceeded","violated-policies":["a",null,7]}""", "<html>", "\u0000",
    ];

    private static readonly int[] Statuses = [200, 202, 204, 301, 304, 400, 401, 402, 403, 404, 408, 409, 413, 422, 425, 429, 499, 500, 501, 503, 529, 599, 999];

    private static readonly string[] Urls =
    [
        "https://api.example.com/graphql?key=" + Canary, "https://api.example.com/v1/messages", "https://api.example.com/v1/models/m:generateContent?key=" + Canary,
        "https://api.example.com/v1/chat/completions", "https://api.example.com/search/issues", "https://api.example.com/repos/o/r/stats/contributors", "https://api.example.com",
    ];

    public static TheoryData<string> Names => [.. KnownProviders.All.Select(provider => provider.Name)];

    [Fact]
    public void Anything_a_server_sends_gives_a_verdict_without_a_negative_wait()
    {
        Check.One(Quiet(1000), Prop.ForAll(Answers(), answer =>
        {
            foreach (Provider provider in KnownProviders.All)
            {
                Verdict verdict = answer.JudgeBy(provider);

                (verdict.Wait is null || verdict.Wait >= TimeSpan.Zero).ShouldBeTrue();
                verdict.Kind.ShouldBeOneOf(Enum.GetValues<VerdictKind>());
                for (int i = 0; i < verdict.Observed.Count; i++)
                {
                    QuotaObservation seen = verdict.Observed[i];
                    (seen.Reset >= TimeSpan.Zero || seen.Reset == Timeout.InfiniteTimeSpan).ShouldBeTrue();
                    (seen.Limit >= -1 && seen.Remaining >= -1 && seen.Cost >= -1).ShouldBeTrue();
                }
            }
        }));
    }

    [Fact]
    public void A_valid_hint_of_the_first_rank_is_never_shortened()
    {
        Check.One(Quiet(500), Prop.ForAll(Answers(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (noise, milliseconds) =>
        {
            TimeSpan asked = TimeSpan.FromMilliseconds(milliseconds);
            AnswerText answer = new()
            {
                Method = noise.Method,
                Url = noise.Url,
                Status = 429,
                Body = "{}",
                Headers =
                [
                    .. noise.Raw.Where(header => !header.Key.Contains("should-retry", StringComparison.OrdinalIgnoreCase) && !header.Key.EndsWith("-ms", StringComparison.OrdinalIgnoreCase))
                        .SelectMany(header => header.Value.Select(value => (header.Key, value))),
                    ("retry-after-ms", milliseconds.ToString(CultureInfo.InvariantCulture)),
                ],
            };

            foreach (Provider provider in KnownProviders.All)
            {
                Verdict verdict = answer.JudgeBy(provider);

                verdict.Wait.ShouldNotBeNull($"{provider.Name}: {verdict.Why}");
                verdict.Wait.Value.ShouldBe(asked, provider.Name);
            }
        }));
    }

    [Fact]
    public void No_secret_gets_into_a_verdict()
    {
        Check.One(Quiet(500), Prop.ForAll(Answers(), answer =>
        {
            foreach (Provider provider in KnownProviders.All)
            {
                Verdict verdict = answer.JudgeBy(provider);
                CallPlan plan = answer.PlanBy(provider);

                verdict.Why.ShouldNotContain(Canary);
                (plan.Operation ?? "").ShouldNotContain(Canary);
                plan.Quotas.ShouldAllBe(use => !use.Resource.Contains(Canary));
            }
        }));
    }

    // Requirement B4's table, one test over all providers: what every API agrees on. Where one differs, its own tests say so.
    [Trait("Requirement", "B4")]
    [Theory]
    [InlineData(401, VerdictKind.Fatal)]
    [InlineData(403, VerdictKind.Fatal)]
    [InlineData(404, VerdictKind.Fatal)]
    [InlineData(400, VerdictKind.Fatal)]
    [InlineData(422, VerdictKind.Fatal)]
    [InlineData(408, VerdictKind.Transient)]
    [InlineData(429, VerdictKind.RateLimited)]
    [InlineData(500, VerdictKind.Transient)]
    [InlineData(502, VerdictKind.Transient)]
    [InlineData(503, VerdictKind.Transient)]
    [InlineData(504, VerdictKind.Transient)]
    public void Every_provider_classifies_plain_statuses_alike(int status, VerdictKind expected)
    {
        AnswerText answer = new() { Status = status, Body = "{}" };

        KnownProviders.All.ShouldAllBe(provider => answer.JudgeBy(provider).Kind == expected);
    }

    [Trait("Requirement", "B4")]
    [Theory]
    [InlineData("openai", VerdictKind.Transient)]
    [InlineData("anthropic", VerdictKind.Transient)]
    [InlineData("stripe", VerdictKind.Transient)]
    [InlineData("github", VerdictKind.Fatal)]
    [InlineData("instantly", VerdictKind.Fatal)]
    [InlineData("attio", VerdictKind.Fatal)]
    [InlineData("gemini", VerdictKind.Fatal)]
    [InlineData("generic", VerdictKind.Fatal)]
    public void A_409_is_a_lock_only_where_the_provider_says_so(string name, VerdictKind expected)
    {
        AnswerText answer = new() { Method = "POST", Status = 409, Body = "{}" };

        answer.JudgeBy(Named(name)).Kind.ShouldBe(expected);
    }

    [Trait("Requirement", "A3")]
    [Theory]
    [InlineData("generic", "RateLimit-Remaining", "0", "RateLimit-Reset", "30")]
    [InlineData("github", "x-ratelimit-remaining", "0", "x-ratelimit-reset", "1795262430")]
    [InlineData("openai", "x-ratelimit-remaining-tokens", "0", "x-ratelimit-reset-tokens", "30s")]
    [InlineData("linear", "X-RateLimit-Requests-Remaining", "0", "X-RateLimit-Requests-Reset", "1795262430000")]
    [InlineData("anthropic", "anthropic-ratelimit-tokens-remaining", "0", "anthropic-ratelimit-tokens-reset", "2026-11-21T12:00:30Z")]
    public void What_a_provider_announces_is_obeyed_and_observed(string name, string remaining, string zero, string reset, string value)
    {
        AnswerText answer = new()
        {
            Method = "POST",
            Url = "https://api.example.com/v1/messages",
            Status = 429,
            Headers = [("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), (remaining, zero), (reset, value)],
        };

        Verdict verdict = answer.JudgeBy(Named(name));

        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(30));
        verdict.Observed.Count.ShouldBe(1);
        verdict.Observed[0].Remaining.ShouldBe(0);
        verdict.Observed[0].Reset.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_happy_answer_costs_no_memory(string name)
    {
        Provider provider = Named(name);
        using HttpRequestMessage request = new(HttpMethod.Get, "https://api.github.com/repos/o/r/issues?page=2");
        using HttpResponseMessage response = new();
        foreach ((string header, string value) in HappyHeaders)
        {
            response.Headers.TryAddWithoutValidation(header, value);
        }

        RateLimitOptions options = new();
        DateTimeOffset now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
        _ = Walk();

        long before = GC.GetAllocatedBytesForCurrentThread();
        VerdictKind kind = Walk();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        kind.ShouldBe(VerdictKind.Ok);
        allocated.ShouldBe(0);

        VerdictKind Walk()
        {
            CallPlan plan = provider.Plan(request);
            return provider.NeedsBody(200, "application/json", plan) ? VerdictKind.Ok : provider.Interpret(new ProviderAnswer
            {
                Method = request.Method,
                Uri = request.RequestUri!,
                Plan = plan,
                Status = 200,
                Headers = response.Headers.NonValidated,
                Now = now,
                Options = options,
            }).Kind;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_provider_is_known_by_a_plain_name_and_never_reads_what_is_no_JSON(string name)
    {
        Provider provider = Named(name);

        name.ShouldMatch("^[a-z]+$");
        foreach (int status in Statuses)
        {
            CallPlan plan = new AnswerText { Method = "POST", Url = Urls[0] }.PlanBy(provider);
            provider.NeedsBody(status, "text/event-stream", plan).ShouldBeFalse();
            provider.NeedsBody(status, "text/html", plan).ShouldBeFalse();
            provider.NeedsBody(status, "application/x-ndjson", plan).ShouldBeFalse();
            provider.NeedsBody(status, null, plan).ShouldBeFalse();
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_profile_holds_limits_that_a_user_could_have_written(string name)
    {
        ResilienceHandlersOptions options = new();

        Named(name).ApplyDefaults(options);

        options.Provider.ShouldBeNull();
        foreach ((string group, PacingGroupOptions limits) in options.Pacing.Groups)
        {
            limits.Match.ShouldBeNull();
            (limits.Limits is null || LimitGrammar.TryParse(limits.Limits, out _, out _)).ShouldBeTrue($"{name}: {group}: {limits.Limits}");
            (limits.Limits ?? (object?)limits.MinInterval).ShouldNotBeNull();
        }
    }

    [Fact]
    public void No_two_providers_answer_to_one_name_or_host()
    {
        KnownProviders.All.Select(provider => provider.Name).ShouldBeUnique(StringComparer.OrdinalIgnoreCase);
        KnownProviders.All.SelectMany(provider => provider.Hosts).ShouldBeUnique(StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_request_without_an_absolute_address_has_a_plan_too(string name)
    {
        using HttpRequestMessage none = new(HttpMethod.Post, (Uri?)null);
        using HttpRequestMessage relative = new(HttpMethod.Get, new Uri("/graphql", UriKind.Relative));

        Named(name).Plan(none).Quotas.IsDefaultOrEmpty.ShouldBeFalse();
        Named(name).Plan(relative).Quotas.IsDefaultOrEmpty.ShouldBeFalse();
    }

    private static (string Name, string Value)[] HappyHeaders =>
    [
        ("Server", "github.com"), ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), ("Cache-Control", "private, max-age=60, s-maxage=60"), ("Vary", "Accept, Authorization"),
        ("ETag", "W/\"644b5b0155e6404a9cc4bd9d8b1ae730\""), ("x-github-media-type", "github.v3; format=json"), ("x-github-request-id", "0402:25A1:11044F5"),
        ("x-ratelimit-limit", "5000"), ("x-ratelimit-remaining", "4999"), ("x-ratelimit-reset", "1795263300"), ("x-ratelimit-used", "1"), ("x-ratelimit-resource", "core"),
        ("x-ratelimit-limit-requests", "500"), ("x-ratelimit-remaining-requests", "499"), ("x-ratelimit-reset-requests", "120ms"),
        ("x-ratelimit-limit-tokens", "200000"), ("x-ratelimit-remaining-tokens", "199000"), ("x-ratelimit-reset-tokens", "300ms"),
        ("anthropic-ratelimit-requests-limit", "1000"), ("anthropic-ratelimit-requests-remaining", "999"), ("anthropic-ratelimit-requests-reset", "2026-11-21T12:00:01Z"),
        ("X-RateLimit-Requests-Limit", "2500"), ("X-RateLimit-Requests-Remaining", "2400"), ("X-RateLimit-Requests-Reset", "1795265400000"), ("X-Complexity", "52"),
    ];

    private static Provider Named(string name) => KnownProviders.All.Single(provider => provider.Name == name);

    private static Config Quiet(int tests) => Config.QuickThrowOnFailure.WithMaxTest(tests);

    private static Arbitrary<AnswerText> Answers()
    {
        Gen<string> value = Gen.Frequency((4, Gen.Elements(HeaderValues)), (1, ArbMap.Default.GeneratorFor<string>().Select(text => Clean(text))));
        Gen<(string, string)> header = Gen.Elements(HeaderNames).SelectMany(name => value.Select(text => (name, text)));
        Gen<string> body = Gen.Frequency((4, Gen.Elements(Bodies)), (1, Gen.Elements(Bodies).SelectMany(text => Gen.Choose(0, text.Length).Select(length => text[..length]))));
        Gen<AnswerText> answer =
            from status in Gen.Elements(Statuses)
            from method in Gen.Elements("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "BREW")
            from url in Gen.Elements(Urls)
            from headers in header.ListOf()
            from text in body
            from retries in Gen.Choose(0, 2000)
            select new AnswerText
            {
                Method = method,
                Url = url,
                Status = status,
                Headers = [("Authorization", Canary), .. headers],
                Body = text.Replace("text", Canary, StringComparison.Ordinal),
                Retries = retries,
                Content = new StringContent($$"""{"query":"{ viewer { id } }","model":"m","key":"{{Canary}}"}""", Encoding.UTF8, "application/json"),
            };
        return answer.ToArbitrary();
    }

    private static string Clean(string? text) => new([.. (text ?? "").Where(c => c is not ('\r' or '\n' or '\0'))]);
}
