using System.Net;
using System.Net.Http.Json;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Handlers.Tests.Retry;

public sealed class RetryHandlerTests
{
    private static readonly ScriptedAnswer Unavailable = ScriptedAnswer.Status(503);
    private static readonly ScriptedAnswer Fine = ScriptedAnswer.Status(200).Text("fine");

    [Fact]
    [Trait("Requirement", "B3")]
    public async Task Waits_one_two_and_four_seconds_when_jitter_is_off()
    {
        using var bench = new Bench(settings: Set("Retry:Jitter", "0"));
        bench.Wire.Answers(Unavailable, Unavailable, Unavailable, Fine);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts.Select(a => a.Elapsed.TotalSeconds).ShouldBe([0, 1, 3, 7]);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "A4")]
    public async Task A_refusal_without_a_hint_waits_the_fixed_time()
    {
        using var bench = new Bench(settings: Set("TotalTimeout", "00:10:00"));
        bench.Wire.Answers(ScriptedAnswer.Status(429), Fine);

        await bench.Run(client => client.GetAsync("things"));

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(60, 61.5);
    }

    [Fact]
    [Trait("Requirement", "A3")]
    public async Task A_hint_is_waited_for_and_never_undercut()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(7), Fine);

        await bench.Run(client => client.GetAsync("things"));

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(7, 8);
    }

    [Fact]
    public async Task A_hopeless_wait_returns_the_answer_in_hand_undisposed()
    {
        using var bench = new Bench(settings: Set("TotalTimeout", "00:00:30"));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(60).Text("slow down"));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            (await response.Content.ReadAsStringAsync()).ShouldBe("slow down");
            response.GetCallReport()!.GaveUp.ShouldBe("the wait would end after the deadline");
        });

        bench.Time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    [Theory]
    [Trait("Requirement", "E1")]
    [InlineData(408, 4)]
    [InlineData(500, 4)]
    [InlineData(502, 4)]
    [InlineData(503, 4)]
    [InlineData(504, 4)]
    [InlineData(501, 1)]
    [InlineData(505, 1)]
    [InlineData(400, 1)]
    [InlineData(401, 1)]
    [InlineData(403, 1)]
    [InlineData(404, 1)]
    [InlineData(409, 1)]
    [InlineData(200, 1)]
    [InlineData(304, 1)]
    public async Task Repeats_what_may_pass_and_nothing_else(int status, int attempts)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(status));

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    [Theory]
    [InlineData("GET", 4)]
    [InlineData("HEAD", 4)]
    [InlineData("OPTIONS", 4)]
    [InlineData("TRACE", 4)]
    [InlineData("QUERY", 4)]
    [InlineData("PROPFIND", 4)]
    [InlineData("LOCK", 1)]
    [InlineData("PUT", 4)]
    [InlineData("DELETE", 4)]
    [InlineData("POST", 1)]
    [InlineData("PATCH", 1)]
    public async Task A_write_that_may_have_been_executed_is_not_repeated(string method, int attempts)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => Unavailable);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), "things"));

            response.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    [Fact]
    public async Task What_the_caller_calls_unsafe_is_not_repeated_whatever_its_method()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => Unavailable);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "things");
            request.SetCallOptions(new CallOptions { Replay = ReplaySafety.Unsafe });
            (await client.SendAsync(request)).Dispose();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError, 2)]
    [InlineData(HttpRequestError.ConnectionError, 2)]
    [InlineData(HttpRequestError.SecureConnectionError, 2)]
    [InlineData(HttpRequestError.ProxyTunnelError, 2)]
    [InlineData(HttpRequestError.VersionNegotiationError, 2)]
    [InlineData(HttpRequestError.ResponseEnded, 1)]
    [InlineData(HttpRequestError.InvalidResponse, 1)]
    [InlineData(HttpRequestError.HttpProtocolError, 1)]
    public async Task A_post_that_never_left_is_sent_again(HttpRequestError error, int attempts)
    {
        using var bench = new Bench();
        bench.Wire.Answers(new HttpRequestException(error, "no")).OnEach(_ => Fine);

        await bench.Run(async client =>
        {
            try
            {
                (await client.PostAsync("things", new StringContent("x"))).Dispose();
            }
            catch (HttpRequestException)
            {
                attempts.ShouldBe(1);
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    [Fact]
    public async Task A_refused_post_is_sent_again_with_the_same_body()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(1), Fine);

        await bench.Run(client => client.PostAsync("things", new StreamContent(new MemoryStream("once"u8.ToArray()))));

        bench.Wire.Attempts.Select(a => a.BodyText).ShouldBe(["once", "once"]);
    }

    [Fact]
    public async Task A_small_body_that_streams_once_is_copied_on_its_way_and_sent_again()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(1), Fine);

        await bench.Run(client => client.PostAsync("things", new StreamContent(new OneWayStream("once"u8.ToArray()))));

        bench.Wire.Attempts.Select(a => a.BodyText).ShouldBe(["once", "once"]);
    }

    [Theory]
    [InlineData("api", true)]
    [InlineData("api", false)]
    [InlineData("openai", false)]
    [InlineData("linear", false)]
    public async Task A_body_that_is_produced_while_it_is_sent_is_produced_once_and_sent_again_as_it_was(string client, bool asynchronously)
    {
        using var bench = new Bench(client, settings: Settings.For(client, ("Idempotency:Keys", "Content"), ("Idempotency:HeaderName", "Idempotency-Key")));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(1), Fine);
        Queue<int> rows = new([1, 2, 3]);

        await bench.Run(http => http.PostAsync("graphql", asynchronously ? JsonContent.Create(LaterFrom(rows)) : JsonContent.Create(From(rows))));

        bench.Wire.Attempts.Select(a => a.BodyText).ShouldBe(["[1,2,3]", "[1,2,3]"]);

        static IEnumerable<int> From(Queue<int> rows)
        {
            while (rows.TryDequeue(out int row))
            {
                yield return row;
            }
        }

        static async IAsyncEnumerable<int> LaterFrom(Queue<int> rows)
        {
            while (rows.TryDequeue(out int row))
            {
                await Task.Yield();
                yield return row;
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refusal_whose_body_can_not_be_read_is_a_refusal_all_the_same(bool compressed)
    {
        using var bench = new Bench("openai");
        Func<Exception> failure = compressed ? static () => new InvalidDataException("no gzip") : static () => new HttpIOException(HttpRequestError.ResponseEnded);
        bench.Wire.Answers(ScriptedAnswer.Status(429).Body(new ScriptedBody().Text("{").Break(failure)).RetryAfter(7), Fine);

        await bench.Run(async client => (await client.PostAsync("v1/chat/completions", JsonContent.Create(new { model = "gpt-5" }))).Dispose());

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(7, 8);
    }

    [Fact]
    public async Task A_large_body_that_streams_once_is_sent_once_and_the_report_says_so()
    {
        using var bench = new Bench(settings: Set("Retry:MaxBufferedBody", "3"));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(1), Fine);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.PostAsync("things", new StreamContent(new OneWayStream("once"u8.ToArray())));

            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            response.GetCallReport()!.GaveUp.ShouldBe("its body can be sent only once");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Each_attempt_starts_from_the_request_as_the_caller_made_it()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Rewriting()));
        bench.Wire.Answers(Unavailable, Fine);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, "things") { Content = new StringContent("body") };
            request.Headers.Add("X-Own", "1");
            (await client.SendAsync(request)).Dispose();
        });

        foreach (ScriptedAttempt attempt in bench.Wire.Attempts)
        {
            attempt.Headers["X-Own"].ShouldBe("1");
            attempt.Headers["X-Added"].ShouldBe("once");
            attempt.BodyText.ShouldBe("body");
            attempt.Uri.AbsolutePath.ShouldBe("/things");
        }

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task The_caller_gives_up_at_once_from_a_wait()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => Unavailable);

        await bench.Run(async client =>
        {
            using var cts = new CancellationTokenSource(TimeSpan.FromMilliseconds(300), bench.Time);

            OperationCanceledException thrown = await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", cts.Token));

            thrown.CancellationToken.ShouldBe(cts.Token);
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromMilliseconds(300));
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "B5")]
    [Trait("Requirement", "E5")]
    public async Task Each_retry_is_logged_with_cause_attempt_and_delay_and_giving_up_is_a_warning()
    {
        using var bench = new Bench(settings: Set("Retry:Jitter", "0"));
        bench.Wire.OnEach(_ => Unavailable);

        await bench.Run(async client => (await client.GetAsync("things/1234")).Dispose());

        bench.Log.Named("RetryScheduled").Select(e => e.Text).First().ShouldContain("GET /things/{id}: retry 1 of 3 in 00:00:01");
        bench.Log.Named("RetryScheduled").Count().ShouldBe(3);
        bench.Log.Named("RetryGaveUp").Single().Level.ShouldBe(LogLevel.Warning);
    }

    [Fact]
    public async Task The_budget_bounds_retries_over_all_callers()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:api:Retry:BudgetMinimum"] = "2",
            ["ResilienceHandlers:Clients:api:Retry:BudgetRatio"] = "0",
            ["ResilienceHandlers:Clients:api:CircuitBreaker:Enabled"] = "false",
        });
        bench.Wire.OnEach(_ => Unavailable);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 5; i++)
            {
                (await client.GetAsync("things")).Dispose();
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(7);
    }

    [Fact]
    public void Send_retries_too_and_waits_on_the_clock()
    {
        using var bench = new Bench(settings: Set("Retry:Jitter", "0"));
        bench.Wire.Answers(Unavailable, ScriptedAnswer.Status(429).RetryAfter(3), Fine);

        bench.Time.Run(() => bench.Time.RunSyncAsync(() =>
        {
            using HttpClient client = bench.Create();
            using HttpResponseMessage response = client.Send(new HttpRequestMessage(HttpMethod.Get, "things"));
            return response.StatusCode;
        }));

        bench.Wire.Attempts.Select(a => Math.Floor(a.Elapsed.TotalSeconds)).ShouldBe([0, 1, 4]);
    }

    [Fact]
    [Trait("Requirement", "A5")]
    public async Task Which_failures_are_repeated_is_the_users_choice()
    {
        using var bench = new Bench(settings: Set("Retry:RetryOn", "404, reset"));
        bench.Wire.Answers(ScriptedAnswer.Status(404), new HttpRequestException(HttpRequestError.ResponseEnded, "cut"), Unavailable);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    private static Dictionary<string, string?> Set(string option, string value) =>
        new(StringComparer.Ordinal) { [$"ResilienceHandlers:Clients:api:{option}"] = value };

    private sealed class Rewriting : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Added", "once");
            Task<HttpResponseMessage> sent = base.SendAsync(request, cancellationToken);

            // As a redirect does it.
            request.Method = HttpMethod.Get;
            request.RequestUri = new Uri("https://elsewhere.example/moved");
            request.Headers.Remove("X-Own");
            request.Content = null;
            return sent;
        }
    }
}
