using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using static Handlers.ResilienceEventKind;

namespace Handlers.Tests.Diagnostics;

/// <summary>What the person waiting for one call is told.</summary>
public sealed class ProgressTests
{
    [Fact]
    [Trait("Requirement", "D2")]
    public async Task A_refusal_says_when_it_is_retried_with_seconds_rounded_up()
    {
        var told = new ToldEvents();
        using var bench = new Bench("gemini", settings: Settings.For("gemini", ("Retry:MaxRetries", "3")));
        bench.Wire.Answers(
            ScriptedAnswer.Status(429).Json("""
                {"error":{"code":429,"message":"Quota exceeded. Please retry in 4.843473059s.","status":"RESOURCE_EXHAUSTED",
                "details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"4.843473059s"}]}}
                """),
            HttpStatusCode.OK);

        await bench.Run(async client => (await client.SendAsync(told.Get("v1beta/models"))).Dispose());

        ResilienceEvent retry = told[RetryScheduled];
        retry.Message.ShouldBe("Rate limit reached. Retrying in 5 seconds... (Attempt 1/3)");
        (retry.Attempt, retry.MaxRetries).ShouldBe((1, 3));
        retry.Delay!.Value.TotalSeconds.ShouldBe(4.843, tolerance: 0.001);
        told.Kinds.ShouldBe([AttemptStarted, AttemptEnded, RateLimited, RetryScheduled, Queued, Granted, AttemptStarted, AttemptEnded, Recovered, CallEnded]);
    }

    [Fact]
    [Trait("Requirement", "D2")]
    public async Task A_failure_says_when_it_is_retried_and_that_all_retries_are_used()
    {
        var told = new ToldEvents();
        using var bench = new Bench(settings: Settings.For(
            "api", ("Retry:MaxRetries", "3"), ("Retry:BaseDelay", "00:00:05"), ("Retry:MaxDelay", "00:01:00"), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);

        await bench.Run(async client => (await client.SendAsync(told.Get("things"))).Dispose());

        told.Said(RetryScheduled).ShouldBe(
        [
            "The service did not answer. Retrying in 5 seconds... (Attempt 1/3)",
            "The service did not answer. Retrying in 10 seconds... (Attempt 2/3)",
            "The service did not answer. Retrying in 20 seconds... (Attempt 3/3)",
        ]);
        ResilienceEvent error = told[GaveUp];
        error.Message.ShouldBe("Maximum retries exceeded (3 attempts). The service is experiencing high load. Please try again in a few moments.");
        (error.ErrorType, error.Retries).ShouldBe(("general", 3));
    }

    [Fact]
    [Trait("Requirement", "D2")]
    public async Task Refusals_until_all_retries_are_used_are_a_rate_limit()
    {
        var told = new ToldEvents();
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "2")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(2));

        await bench.Run(async client => (await client.SendAsync(told.Get("things"))).Dispose());

        told[GaveUp].Message.ShouldStartWith("Maximum retries exceeded (2 attempts).");
        (told[GaveUp].ErrorType, told[GaveUp].Retries).ShouldBe(("rate_limit", 2));
    }

    [Theory]
    [Trait("Requirement", "D2")]
    [InlineData(400, "general")]
    [InlineData(401, "general")]
    public async Task What_is_not_retried_says_what_happened(int status, string type)
    {
        var told = new ToldEvents();
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(status));

        await bench.Run(async client => (await client.SendAsync(told.Get("things"))).Dispose());

        told[GaveUp].Message.ShouldStartWith("An error occurred: ");
        (told[GaveUp].ErrorType, told[GaveUp].Retries, told[GaveUp].Status).ShouldBe((type, 0, status));
    }

    [Theory]
    [Trait("Requirement", "D2")]
    [InlineData(404)]
    [InlineData(409)]
    [InlineData(410)]
    [InlineData(412)]
    public async Task That_a_thing_is_not_there_or_has_changed_is_an_answer_and_nobody_gave_up(int status)
    {
        var told = new ToldEvents();
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(status));

        await bench.Run(async client => (await client.SendAsync(told.Get("things"))).Dispose());

        told.Kinds.ShouldNotContain(GaveUp);
        (told[CallEnded].Status, told[CallEnded].Verdict).ShouldBe((status, VerdictKind.Fatal));
        told[CallEnded].Message.ShouldBe($"The answer is HTTP {status}.");
    }

    [Fact]
    [Trait("Requirement", "D2")]
    public async Task A_404_of_which_retries_are_used_up_is_given_up()
    {
        var told = new ToldEvents();
        using var bench = new Bench(settings: Settings.For("api", ("Retry:RetryOn", "404"), ("Retry:MaxRetries", "1")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(404));

        await bench.Run(async client => (await client.SendAsync(told.Get("things"))).Dispose());

        told[GaveUp].Retries.ShouldBe(1);
    }

    [Fact]
    [Trait("Requirement", "D2")]
    public async Task A_fault_in_a_handler_below_is_unexpected_and_its_text_is_not_passed_on()
    {
        var told = new ToldEvents();
        using var bench = new Bench();
        bench.Wire.OnEach(_ => new InvalidOperationException("no token for https://user:secret@host/?key=secret"));

        await bench.Run(client => Should.ThrowAsync<InvalidOperationException>(() => client.SendAsync(told.Get("things"))));

        told[GaveUp].ErrorType.ShouldBe("unexpected");
        told[GaveUp].Message.ShouldBe("An error occurred: a handler below failed with InvalidOperationException");
    }

    [Fact]
    [Trait("Requirement", "D2")]
    public async Task A_call_that_waits_unsent_at_a_gate_says_so()
    {
        var told = new ToldEvents();
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(20));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> refused = client.GetAsync("things");
            await Task.Delay(TimeSpan.FromSeconds(5), bench.Time);
            (await client.SendAsync(told.Get("things"))).Dispose();
            (await refused).Dispose();
        });

        ResilienceEvent queued = told[Queued];
        queued.Message.ShouldBe("Rate limit reached. Sending in 16 seconds... (Position 2)");
        (queued.Attempt, queued.Position).ShouldBe((1, 2));
        queued.Delay!.Value.TotalSeconds.ShouldBe(15, tolerance: 0.1);
        queued.Quota.ShouldNotBeNull();
        told.Kinds.ShouldBe([Queued, Granted, AttemptStarted, AttemptEnded, CallEnded]);
    }

    [Fact]
    public async Task A_call_that_is_paced_says_what_it_waits_for()
    {
        var told = new ToldEvents();
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MinInterval", "00:00:10")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            (await client.SendAsync(told.Get("things"))).Dispose();
        });

        told[Queued].Message.ShouldBe("Waiting for the rate limit. Sending in 10 seconds... (Position 1)");
        told[Queued].Cause.ShouldNotBeNullOrEmpty();
        told[Granted].Took.ShouldBe(told[Queued].Delay);
    }

    [Fact]
    public async Task A_call_given_up_by_its_caller_is_no_error()
    {
        var told = new ToldEvents();
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(10)));

        await bench.Run(async client =>
        {
            using var gone = new CancellationTokenSource(TimeSpan.FromSeconds(1), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => client.SendAsync(told.Get("things"), gone.Token));
        });

        told.Kinds.ShouldNotContain(GaveUp);
        told[CallEnded].Message.ShouldBe("The caller gave up.");
    }

    [Fact]
    public async Task Progress_of_a_scope_reaches_calls_that_an_sdk_makes()
    {
        var told = new ToldEvents();
        using var bench = new Bench();
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using IDisposable scope = CallOptions.BeginScope(new CallOptions { Progress = told });
            (await client.GetAsync("things")).Dispose();
        });

        told.Kinds.ShouldBe([AttemptStarted, AttemptEnded, CallEnded]);
    }

    [Fact]
    public async Task Progress_that_throws_is_told_no_more_and_the_call_goes_on()
    {
        var broken = new BrokenProgress();
        using var bench = new Bench();
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { Progress = broken });
            (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        broken.Asked.ShouldBe(1);
        bench.Log.Named("ProgressFailed").Count().ShouldBe(1);
    }

    [Fact]
    public async Task The_synchronous_path_tells_the_same()
    {
        var told = new ToldEvents();
        using var bench = new Bench(settings: Settings.For("api", ("Retry:Jitter", "0")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        using HttpClient client = bench.Create();

        await bench.Time.RunSyncAsync(() => client.Send(told.Get("things")));

        told.Kinds.ShouldBe([AttemptStarted, AttemptEnded, RetryScheduled, AttemptStarted, AttemptEnded, Recovered, CallEnded]);
    }

    private sealed class BrokenProgress : IProgress<ResilienceEvent>
    {
        public int Asked { get; private set; }

        public void Report(ResilienceEvent value)
        {
            Asked++;
            throw new InvalidOperationException("broken");
        }
    }
}
