using Handlers.Providers;

namespace Handlers.Tests.Providers;

public sealed class StatusVerdictTests
{
    // Requirement B4: 429, 503, 5xx are repeated; 401, 403, 404 and other 4xx are not.
    [Trait("Requirement", "B4")]
    [Theory]
    [InlineData(200, VerdictKind.Ok)]
    [InlineData(204, VerdictKind.Ok)]
    [InlineData(302, VerdictKind.Ok)]
    [InlineData(304, VerdictKind.Ok)]
    [InlineData(400, VerdictKind.Fatal)]
    [InlineData(401, VerdictKind.Fatal)]
    [InlineData(402, VerdictKind.Fatal)]
    [InlineData(403, VerdictKind.Fatal)]
    [InlineData(404, VerdictKind.Fatal)]
    [InlineData(408, VerdictKind.Transient)]
    [InlineData(409, VerdictKind.Fatal)]
    [InlineData(410, VerdictKind.Fatal)]
    [InlineData(413, VerdictKind.Fatal)]
    [InlineData(422, VerdictKind.Fatal)]
    [InlineData(425, VerdictKind.Transient)]
    [InlineData(429, VerdictKind.RateLimited)]
    [InlineData(451, VerdictKind.Fatal)]
    [InlineData(500, VerdictKind.Transient)]
    [InlineData(501, VerdictKind.Fatal)]
    [InlineData(502, VerdictKind.Transient)]
    [InlineData(503, VerdictKind.Transient)]
    [InlineData(504, VerdictKind.Transient)]
    [InlineData(505, VerdictKind.Fatal)]
    [InlineData(529, VerdictKind.Transient)]
    [InlineData(599, VerdictKind.Transient)]
    [InlineData(600, VerdictKind.Fatal)]
    public void A_status_means_the_same_for_everybody(int status, VerdictKind expected)
    {
        AnswerText answer = new();

        Verdict verdict = StatusVerdict.Of(status, answer.Raw, answer.Now);

        verdict.Kind.ShouldBe(expected);
        verdict.Wait.ShouldBeNull();
        verdict.Why.EndsWith('.').ShouldBe(expected != VerdictKind.Ok);
    }

    [Theory]
    [InlineData(301, VerdictKind.Ok, true)]
    [InlineData(304, VerdictKind.Ok, false)]
    [InlineData(202, VerdictKind.Ok, false)]
    [InlineData(404, VerdictKind.Fatal, false)]
    [InlineData(408, VerdictKind.Transient, true)]
    [InlineData(413, VerdictKind.Transient, true)]
    [InlineData(429, VerdictKind.RateLimited, true)]
    [InlineData(500, VerdictKind.Transient, true)]
    [InlineData(503, VerdictKind.Transient, true)]
    [InlineData(501, VerdictKind.Fatal, false)]
    public void Retry_After_counts_where_it_is_defined(int status, VerdictKind kind, bool counts)
    {
        AnswerText answer = new() { Headers = [("Retry-After", "17")] };

        Verdict verdict = StatusVerdict.Of(status, answer.Raw, answer.Now);

        verdict.Kind.ShouldBe(kind);
        verdict.Wait.ShouldBe(counts ? TimeSpan.FromSeconds(17) : null);
    }
}
