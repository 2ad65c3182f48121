using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Chain;

public sealed class JudgeTests
{
    [Fact]
    public async Task A_refusal_is_handed_on_when_no_stage_knows_the_provider()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:api:Retry:Enabled"] = "false",
            ["ResilienceHandlers:Clients:api:CircuitBreaker:Enabled"] = "false",
            ["ResilienceHandlers:Clients:api:Pacing:Enabled"] = "false",
            ["ResilienceHandlers:Clients:api:RateLimits:Enabled"] = "false",
        });
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(5));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        });
    }

    /// <summary>EnsureSuccessStatusCode in a handler below: the status is what happened, not a broken connection.</summary>
    [Theory]
    [InlineData(404, "GET", 1)]
    [InlineData(503, "GET", 2)]
    [InlineData(503, "POST", 1)]
    [InlineData(429, "POST", 2)]
    public async Task An_exception_with_a_status_is_judged_by_the_status(int status, string method, int attempts)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(attempt => attempt.Number == 1 ? new HttpRequestException("no", null, (HttpStatusCode)status) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> call = client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "things"));
            if (attempts == 1)
            {
                (await Should.ThrowAsync<HttpRequestException>(() => call)).StatusCode.ShouldBe((HttpStatusCode)status);
            }
            else
            {
                (await call).Dispose();
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    [Fact]
    public void A_connect_timeout_was_never_sent()
    {
        Judgement outcome = Judge.OfFailure(new TaskCanceledException("no", new TimeoutException("connect timeout")), callerGaveUp: false);

        outcome.Failure.ShouldBe(FailureClass.PoolTimeout);
        outcome.NotExecuted.ShouldBeTrue();
    }

    /// <summary>A handler below that forwards through an HttpClient of its own: the request may well have arrived.</summary>
    [Fact]
    public async Task The_timeout_of_a_client_below_may_have_been_executed()
    {
        using var bench = new Bench();
        var timeout = new TaskCanceledException("timed out", new TimeoutException("timed out", new TaskCanceledException()));
        bench.Wire.Answers(timeout, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "things");
            await Should.ThrowAsync<TaskCanceledException>(() => client.SendAsync(request));

            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_caller_who_gives_up_while_an_error_body_is_read_proves_nothing_about_the_upstream()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:api:CircuitBreaker:FailureThreshold"] = "2",
            ["ResilienceHandlers:Clients:api:Retry:MaxRetries"] = "0",
        });
        bench.Wire.Answers(
            HttpStatusCode.BadGateway,
            ScriptedAnswer.Status(503).Body(new ScriptedBody().Text("{").Stall()),
            HttpStatusCode.BadGateway);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            using var cts = new CancellationTokenSource(TimeSpan.FromSeconds(2), bench.Time);
            (await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", cts.Token))).CancellationToken.ShouldBe(cts.Token);
            (await client.GetAsync("things")).Dispose();

            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }
}
