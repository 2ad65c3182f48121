using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.RateLimit;

/// <summary>What a refusal's headers say holds from when they come, however long its body takes.</summary>
public sealed class SlowBodyTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData("generic", 429, "Retry-After", "10")]
    [InlineData("generic", 503, "Retry-After", "10")]
    [InlineData("generic", 429, "retry-after-ms", "10000")]
    [InlineData("github", 403, "Retry-After", "10")]
    [InlineData("openai", 429, "Retry-After", "10")]
    [InlineData("anthropic", 429, "Retry-After", "10")]
    [InlineData("stripe", 429, "Retry-After", "10")]
    public async Task A_refusal_whose_body_is_still_to_come_holds_everybody_back(string provider, int status, string field, string wait)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Provider", provider), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(attempt => attempt.Number == 1 ? Refusal(status, field, wait) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> refused = client.GetAsync("a", HttpCompletionOption.ResponseHeadersRead);
            await Task.Delay(Second, bench.Time);
            (await client.GetAsync("a")).Dispose();
            (await refused).Dispose();
        });

        bench.Wire.Attempts.Count.ShouldBeGreaterThan(1);
        bench.Wire.Attempts.Skip(1).ShouldAllBe(attempt => attempt.Elapsed >= 10 * Second);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData("github", 429, true)]
    [InlineData("github", 429, false)]
    [InlineData("openai", 503, true)]
    [InlineData("openai", 503, false)]
    public async Task An_error_body_that_never_comes_holds_a_call_without_a_deadline_no_longer_than_an_attempt(string provider, int status, bool sync)
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("Provider", provider), ("TotalTimeout", "none"), ("AttemptTimeout", "00:00:07"), ("Retry:MaxRetries", "0"), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(status).Body(new ScriptedBody().Text("{").Stall()));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "a");
            Task<HttpResponseMessage> refused = sync
                ? bench.Time.StartThread(() => client.Send(request, HttpCompletionOption.ResponseHeadersRead))
                : client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using HttpResponseMessage answer = await refused;

            ((int)answer.StatusCode).ShouldBe(status);
            bench.Time.Elapsed.ShouldBe(7 * Second);
            await Should.ThrowAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
            bench.Time.Elapsed.ShouldBe(7 * Second);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refusal_teaches_although_its_caller_leaves_before_the_body_has_come(bool sync)
    {
        using var bench = new Bench();
        using var patience = new CancellationTokenSource(2 * Second, bench.Time);
        bench.Wire.OnEach(attempt => attempt.Number == 1 ? Refusal(429, "Retry-After", "10") : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "a");
            Task<HttpResponseMessage> refused = sync ? bench.Time.StartThread(() => client.Send(request, patience.Token)) : client.SendAsync(request, patience.Token);
            await Should.ThrowAsync<OperationCanceledException>(refused);
            (await client.GetAsync("b")).Dispose();
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Attempts[1].Elapsed.ShouldBeGreaterThanOrEqualTo(10 * Second);
    }

    [Fact]
    public async Task One_refusal_is_told_and_counted_once_however_its_body_comes()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? ScriptedAnswer.Status(429).RetryAfter(10).Body(new ScriptedBody().Text("{").Wait(Second).Text("}"))
            : HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("a")).Dispose());

        bench.Log.Named("GateClosed").ShouldHaveSingleItem();
        bench.Services.GetRequiredService<IResilienceMonitor>().Clients.ShouldHaveSingleItem().RateLimited.ShouldBe(1);
        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_body_that_names_another_quota_than_the_headers_is_told_as_well()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Provider", "github"), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? ScriptedAnswer.Status(403).RetryAfter(10)
                .Header("x-ratelimit-resource", "core").Header("x-ratelimit-limit", "5000").Header("x-ratelimit-remaining", "0").Header("x-ratelimit-reset", "1795262405")
                .Header("Content-Type", "application/json")
                .Body(new ScriptedBody().Wait(Second).Text("""{"message":"You have exceeded a secondary rate limit."}"""))
            : HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("a")).Dispose());

        string[] told = [.. bench.Log.Named("GateClosed").Select(entry => entry.Text)];
        told.Length.ShouldBe(2);
        told[0].ShouldContain("github/api/core");
        told[1].ShouldContain("github/api/*");
        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_retry_after_a_body_that_never_came_does_not_outlive_the_deadline(bool sync)
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("Provider", "linear"), ("TotalTimeout", "00:00:33"), ("AttemptTimeout", "00:00:30"), ("Retry:BaseDelay", "00:00:10"), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("{").Stall()));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "graphql") { Content = new StringContent("""{"query":"query { me { id } }"}""", Encoding.UTF8, "application/json") };
            Task<HttpResponseMessage> call = sync ? bench.Time.StartThread(() => client.Send(request)) : client.SendAsync(request);

            (await Should.ThrowAsync<CallTimeoutException>(call)).IsDeadline.ShouldBeFalse();
            request.GetCallReport()!.GaveUp.ShouldNotBeNull().ShouldContain("deadline");
        });

        bench.Time.Elapsed.ShouldBe(30 * Second);
        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    private static ScriptedAnswer Refusal(int status, string field, string wait) =>
        ScriptedAnswer.Status(status).Header(field, wait).Body(new ScriptedBody().Text("{").Stall());
}
