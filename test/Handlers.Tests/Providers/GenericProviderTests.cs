using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class GenericProviderTests
{
    private static readonly GenericProvider Provider = new();

    [Theory]
    [InlineData("0", 0.0)]
    [InlineData("120", 120.0)]
    [InlineData("1.5", 1.5)]
    [InlineData("86400", 86400.0)]
    [InlineData("2147483648", 2147483648.0)]
    [InlineData("Sat, 21 Nov 2026 12:00:05 GMT", 5.0)]
    [InlineData("Saturday, 21-Nov-26 12:00:05 GMT", 5.0)]
    [InlineData("Sat Nov 21 12:00:05 2026", 5.0)]
    [InlineData("Tue, 23 May 2023 14:42:01 GMT", 0.0)]
    [InlineData("-1", null)]
    [InlineData("5, 7", null)]
    [InlineData("soon", null)]
    [InlineData("", null)]
    public void Reads_Retry_After(string raw, double? seconds)
    {
        AnswerText answer = new() { Status = 429, Headers = [("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), ("Retry-After", raw)] };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.RateLimited);
        verdict.Wait.ShouldBe(AnswerText.Seconds(seconds));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void Goes_by_the_server_s_clock_when_it_is_an_hour_off(int hours)
    {
        DateTimeOffset date = new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero).AddHours(hours);
        AnswerText answer = new() { Status = 503, Headers = [("Date", date.ToString("r")), ("Retry-After", date.AddSeconds(7).ToString("r"))] };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.Transient);
        verdict.Wait.ShouldBe(TimeSpan.FromSeconds(7));
    }

    [Fact]
    public void Two_Retry_After_lines_that_disagree_are_none()
    {
        AnswerText answer = new() { Status = 429, Headers = [("Retry-After", "5"), ("Retry-After", "7")] };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Wait.ShouldBeNull();
        verdict.Why.ShouldContain("Retry-After does not parse");
    }

    // Best first: retry-after-ms, Retry-After, t of an exhausted policy, the message.
    [Theory]
    [InlineData("644.5", "9", "\"a\";r=0;t=30", 0.6445)]
    [InlineData("abc", "9", "\"a\";r=0;t=30", 9.0)]
    [InlineData(null, "-9", "\"a\";r=0;t=30", 30.0)]
    [InlineData(null, null, "\"a\";r=5;t=30", 20.0)]
    [InlineData(null, null, "nonsense;;", 20.0)]
    public void The_best_valid_hint_counts(string? milliseconds, string? seconds, string? rateLimit, double expected)
    {
        AnswerText answer = new()
        {
            Status = 429,
            Headers = Lines(("retry-after-ms", milliseconds), ("Retry-After", seconds), ("RateLimit", rateLimit)),
            Body = """{"message":"Slow down. Please try again in 20s."}""",
        };

        answer.JudgeBy(Provider).Wait.ShouldBe(TimeSpan.FromSeconds(expected));
    }

    [Theory]
    [InlineData("RateLimit", "\"burst\";r=0;t=5,\"daily\";r=0;t=40000", 40000.0)]
    [InlineData("RateLimit", "limit=100, remaining=0, reset=12", 12.0)]
    [InlineData("RateLimit-Remaining", "0|RateLimit-Limit: 100, 100;w=10|RateLimit-Reset: 50", 50.0)]
    [InlineData("X-RateLimit-Remaining", "0|X-RateLimit-Limit: 100|X-RateLimit-Reset: 50", 50.0)]
    [InlineData("X-RateLimit-Remaining", "0|X-RateLimit-Limit: 100|X-RateLimit-Reset: 1795262410", 10.0)]
    [InlineData("X-RateLimit-Remaining", "3|X-RateLimit-Limit: 100|X-RateLimit-Reset: 50", null)]
    [InlineData("X-RateLimit-Reset", "50", 50.0)]
    [InlineData("X-RateLimit-Remaining", "0|X-RateLimit-Reset: later", null)]
    public void Reads_every_form_of_the_RateLimit_fields(string name, string values, double? expected)
    {
        string[] parts = values.Split('|');
        AnswerText answer = new()
        {
            Status = 429,
            Headers =
            [
                ("Date", "Sat, 21 Nov 2026 12:00:00 GMT"), (name, parts[0]),
                .. parts[1..].Select(part => (part[..part.IndexOf(':', StringComparison.Ordinal)], part[(part.IndexOf(':', StringComparison.Ordinal) + 2)..])),
            ],
        };

        answer.JudgeBy(Provider).Wait.ShouldBe(AnswerText.Seconds(expected));
    }

    [Theory]
    [InlineData("0", 30.0)]
    [InlineData("", 30.0)]
    [InlineData("45", null)]
    public void An_exhausted_policy_on_a_success_is_a_pacing_hint_unless_it_comes_from_a_cache(string age, double? expected)
    {
        AnswerText answer = new() { Headers = [("Age", age), ("RateLimit", "\"default\";r=0;t=30")] };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(VerdictKind.Ok);
        verdict.Wait.ShouldBe(AnswerText.Seconds(expected));
        verdict.Observed.Count.ShouldBe(expected is null ? 0 : 1);
    }

    [Fact]
    public void A_violated_policy_counts_though_something_remains_of_it()
    {
        AnswerText answer = new()
        {
            Status = 429,
            MediaType = "application/problem+json",
            Headers = [("RateLimit", "\"burst\";r=3;t=5,\"daily\";r=900;t=40000")],
            Body = """{"type":"https://iana.org/assignments/http-problem-types#quota-exceeded","violated-policies":["burst"]}""",
        };

        answer.JudgeBy(Provider).Wait.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(429, "quota-exceeded", VerdictKind.RateLimited)]
    [InlineData(503, "quota-exceeded", VerdictKind.RateLimited)]
    [InlineData(429, "abnormal-usage-detected", VerdictKind.RateLimited)]
    [InlineData(503, "temporary-reduced-capacity", VerdictKind.Transient)]
    public void A_problem_type_says_what_the_refusal_is(int status, string type, VerdictKind expected)
    {
        AnswerText answer = new()
        {
            Status = status,
            MediaType = "application/problem+json",
            Body = $$"""{"type":"https://iana.org/assignments/http-problem-types#{{type}}"}""",
        };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(expected);
        verdict.Why.ShouldContain(type);
    }

    [Theory]
    [InlineData(409, """{"title":"A request is outstanding for this Idempotency-Key"}""", VerdictKind.Transient, true)]
    [InlineData(409, """{"title":"The name is taken"}""", VerdictKind.Fatal, null)]
    [InlineData(409, "", VerdictKind.Fatal, null)]
    [InlineData(422, """{"title":"Idempotency-Key is already used"}""", VerdictKind.Fatal, null)]
    [InlineData(400, """{"title":"Idempotency-Key is missing"}""", VerdictKind.Fatal, null)]
    public void Only_a_409_about_a_key_in_use_is_resent_unchanged(int status, string body, VerdictKind kind, bool? retry)
    {
        AnswerText answer = new() { Method = "POST", Status = status, MediaType = "application/problem+json", Body = body };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(kind);
        verdict.Retry.ShouldBe(retry);
    }

    [Theory]
    [InlineData("false", 429, VerdictKind.RateLimited, false)]
    [InlineData("false", 500, VerdictKind.Transient, false)]
    [InlineData("true", 400, VerdictKind.Transient, null)]
    [InlineData("maybe", 400, VerdictKind.Fatal, null)]
    [InlineData("false", 200, VerdictKind.Ok, null)]
    public void The_server_s_word_on_retrying_comes_first(string word, int status, VerdictKind kind, bool? retry)
    {
        AnswerText answer = new() { Status = status, Headers = [("x-should-retry", word), ("Retry-After", "3")] };

        Verdict verdict = answer.JudgeBy(Provider);

        verdict.Kind.ShouldBe(kind);
        verdict.Retry.ShouldBe(retry);
        (retry is false && verdict.Wait is not null).ShouldBeFalse();
    }

    [Fact]
    public void Passes_every_policy_with_a_window_on_to_the_ledger()
    {
        AnswerText answer = new()
        {
            Headers = [("RateLimit-Policy", "\"burst\";q=100;w=60,\"daily\";q=1000;w=86400"), ("RateLimit", "\"burst\";r=50;t=30, \"daily\";r=900;t=40000")],
        };

        QuotaObservations observed = answer.JudgeBy(Provider).Observed;

        observed.Count.ShouldBe(2);
        observed[0].ShouldBe(new QuotaObservation("default", LimitUnit.Requests)
        {
            Limit = 100,
            Remaining = 50,
            Reset = TimeSpan.FromSeconds(30),
            Window = TimeSpan.FromSeconds(60),
        });
        observed[1].Window.ShouldBe(TimeSpan.FromDays(1));
    }

    [Fact]
    public void Of_policies_without_a_window_the_tightest_is_passed_on()
    {
        AnswerText answer = new() { Headers = [("RateLimit", "\"a\";r=50;t=30, \"b\";r=2;t=9, \"c\";r=2;t=90, \"d\";r=900;t=5")] };

        QuotaObservations observed = answer.JudgeBy(Provider).Observed;

        observed.Count.ShouldBe(1);
        observed[0].Remaining.ShouldBe(2);
        observed[0].Reset.ShouldBe(TimeSpan.FromSeconds(90));
    }

    [Theory]
    [InlineData("content-bytes", 1, LimitUnit.Bytes)]
    [InlineData("requests", 1, LimitUnit.Requests)]
    [InlineData("concurrent-requests", 0, LimitUnit.Requests)]
    public void A_policy_s_unit_decides_what_is_counted(string unit, int count, LimitUnit expected)
    {
        AnswerText answer = new() { Headers = [("RateLimit-Policy", $"\"p\";q=100;qu=\"{unit}\";w=60"), ("RateLimit", "\"p\";r=50;t=30")] };

        QuotaObservations observed = answer.JudgeBy(Provider).Observed;

        observed.Count.ShouldBe(count);
        if (count > 0)
        {
            observed[0].Unit.ShouldBe(expected);
        }
    }

    private static IEnumerable<(string Name, string Value)> Lines(params (string Name, string? Value)[] lines) =>
        lines.Where(line => line.Value is not null).Select(line => (line.Name, line.Value!));
}
