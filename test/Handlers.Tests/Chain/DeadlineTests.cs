using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>One deadline for the call, whatever it does meanwhile.</summary>
public sealed class DeadlineTests
{
    [Fact]
    [Trait("Requirement", "E7")]
    public async Task An_attempt_that_hangs_ends_at_its_timeout_and_is_tried_again()
    {
        using var bench = new Bench(settings: Settings.For("api", ("AttemptTimeout", "00:00:05"), ("Retry:Jitter", "0")));

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> call = client.GetAsync("things");
            ScriptedAttempt hung = await bench.Wire.NextAsync();
            (await bench.Wire.NextAsync()).Respond(HttpStatusCode.OK);
            using HttpResponseMessage response = await call;

            hung.Cancellation.IsCancellationRequested.ShouldBeTrue();
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBe(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task A_post_that_times_out_is_not_repeated_and_the_failure_says_that_it_may_have_happened()
    {
        using var bench = new Bench(settings: Settings.For("api", ("AttemptTimeout", "00:00:05")));

        await bench.Run(async client =>
        {
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.PostAsync("things", new StringContent("x")));

            thrown.IsDeadline.ShouldBeFalse();
            thrown.InnerException.ShouldBeOfType<TimeoutException>();
            thrown.Report.MayHaveHappened.ShouldBeTrue();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData(null, "ResilienceHandlers:Clients:api:AttemptTimeout")]
    [InlineData(20, "CallOptions.AttemptTimeout")]
    public async Task What_cuts_a_long_poll_off_is_named_in_full(int? own, string place)
    {
        using var bench = new Bench();
        using var request = new HttpRequestMessage(HttpMethod.Post, "poll");
        request.SetCallOptions(new CallOptions { AttemptTimeout = own is { } seconds ? TimeSpan.FromSeconds(seconds) : null });

        await bench.Run(async client =>
            (await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(request))).Message.ShouldContain($"({place})"));
    }

    [Fact]
    public async Task Options_set_in_code_are_named_as_such_when_they_cut_off()
    {
        using var bench = new Bench(add: builder => builder.AddResilienceHandlers(options => options.TotalTimeout = TimeSpan.FromSeconds(3)));

        await bench.Run(async client => (await Should.ThrowAsync<CallTimeoutException>(() => client.GetAsync("things"))).Message
            .ShouldContain("(AddResilienceHandlers(\"api\", …) code: TotalTimeout, or CallOptions.Deadline)"));
    }

    [Fact]
    public async Task The_deadline_covers_all_attempts()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:08"), ("AttemptTimeout", "00:00:05")));

        await bench.Run(async client =>
        {
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.GetAsync("things"));

            thrown.IsDeadline.ShouldBeTrue();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(8));
    }

    [Fact]
    public async Task The_callers_own_deadline_counts_when_it_is_shorter()
    {
        using var bench = new Bench();

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { Deadline = TimeSpan.FromSeconds(3) });

            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(request));

            thrown.Limit.ShouldBe(TimeSpan.FromSeconds(3));
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task The_caller_gives_up_during_an_attempt_and_it_is_the_callers_exception()
    {
        using var bench = new Bench();

        await bench.Run(async client =>
        {
            using var cts = new CancellationTokenSource(TimeSpan.FromSeconds(2), bench.Time);

            OperationCanceledException thrown = await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", cts.Token));

            thrown.CancellationToken.ShouldBe(cts.Token);
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task An_error_body_that_stalls_counts_against_the_deadline_before_a_retry_is_decided()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:10.5"), ("AttemptTimeout", "00:00:10"), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503).Body(new ScriptedBody().Text("{").Stall()));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);

            response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            response.GetCallReport()!.GaveUp.ShouldBe("the wait would end after the deadline");
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/event-stream")]
    public async Task A_deadline_that_passes_between_the_headers_and_their_handing_out_is_told_as_the_deadline(string type)
    {
        var time = new ManualTime();
        using var wire = new ScriptedTransport(time);
        wire.Answers(ScriptedAnswer.Status(200).Header("Content-Type", type).Body(new ScriptedBody().Text("fine")));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<Provider>(new SlowJudge(() => time.Advance(TimeSpan.FromSeconds(11))));
        services.AddHttpClient("slow").ConfigurePrimaryHttpMessageHandler(() => wire).AddResilienceHandlers(options => options.TotalTimeout = TimeSpan.FromSeconds(10));
        await using ServiceProvider provider = services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("slow");
        using HttpResponseMessage response = await client.GetAsync("https://api.example/things", HttpCompletionOption.ResponseHeadersRead);

        CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => response.Content.ReadAsStringAsync());

        thrown.IsDeadline.ShouldBeTrue();
        thrown.Message.ShouldContain("did not end within its deadline of 00:00:10");
    }

    [Fact]
    public async Task Durations_that_no_timer_can_hold_are_as_good_as_none()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "none"), ("Pacing:MinInterval", "00:00:01")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("fine")));

        await bench.Run(async client =>
        {
            for (int i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "things");
                request.SetCallOptions(new CallOptions
                {
                    Deadline = TimeSpan.FromDays(60),
                    AttemptTimeout = TimeSpan.FromDays(59),
                    MaxWait = TimeSpan.MaxValue,
                });
                using HttpResponseMessage response = await client.SendAsync(request);

                (await response.Content.ReadAsStringAsync()).ShouldBe("fine");
            }
        });
    }

    [Theory]
    [InlineData("of somebody else's request")]
    [InlineData("of the same key")]
    [InlineData("of a fallback")]
    public async Task A_deadline_that_no_timer_can_hold_ends_no_wait_for_an_answer(string wait)
    {
        bool isKeyed = wait == "of the same key";
        bool fallsBack = wait == "of a fallback";
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "none"), ("Retry:MaxRetries", "0")), add: b => b.AddResilienceHandlers(o => o.Fallback.Route =
            (_, _, _) => ValueTask.FromResult<HttpResponseMessage?>(new HttpResponseMessage(HttpStatusCode.Accepted))));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(fallsBack ? 503 : 202).Header("Cache-Control", "max-age=60").Text("fine").After(TimeSpan.FromSeconds(1)));

        await bench.Run(async client =>
        {
            HttpResponseMessage[] responses = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => client.SendAsync(Request())));

            responses.ShouldAllBe(response => response.StatusCode == HttpStatusCode.Accepted);
        });

        bench.Wire.Attempts.Count.ShouldBe(fallsBack ? 2 : 1);

        HttpRequestMessage Request()
        {
            var request = new HttpRequestMessage(isKeyed ? HttpMethod.Post : HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { IdempotencyKey = isKeyed ? "k" : null, Deadline = TimeSpan.FromDays(60) });
            return request;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_query_whose_answer_does_not_come_in_full_is_asked_again(bool breaks)
    {
        using var bench = new Bench("linear", settings: Settings.For("linear", ("AttemptTimeout", "00:00:05"), ("Retry:Jitter", "0"), ("Retry:BaseDelay", "00:00:01")));
        ScriptedBody cut = new ScriptedBody().Text("""{"data":""");
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(breaks ? cut.EndEarly() : cut.Stall()), ScriptedAnswer.Status(200).Json("""{"data":{}}"""));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.PostAsync(
                "graphql", new StringContent("""{"query":"query { viewer { id } }"}""", System.Text.Encoding.UTF8, "application/json"));

            (await response.Content.ReadAsStringAsync()).ShouldBe("""{"data":{}}""");
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(breaks ? 1 : 6));
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_error_body_that_outlasts_the_attempt_timeout_is_not_told_as_the_deadline(bool limited)
    {
        using var bench = new Bench("github", settings: Settings.For(
            "github", ("AttemptTimeout", "00:00:05"), ("Retry:MaxRetries", "0"), ("Pacing:MaxConcurrency", limited ? "1" : "none")));
        bench.Wire.Answers(ScriptedAnswer.Status(403).Body(new ScriptedBody().Text("{").Stall()), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.GetAsync("repos/a/b"));

            thrown.IsDeadline.ShouldBeFalse();
            thrown.Limit.ShouldBe(TimeSpan.FromSeconds(5));
            thrown.Message.ShouldContain("HTTP 403");
            (await client.GetAsync("repos/a/b")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBe(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task A_call_brings_its_own_attempt_timeout_where_the_client_has_none()
    {
        using var bench = new Bench(settings: Settings.For("api", ("AttemptTimeout", "none"), ("TotalTimeout", "none"), ("Retry:MaxRetries", "0")));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { AttemptTimeout = TimeSpan.FromSeconds(4) });

            (await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(request))).IsDeadline.ShouldBeFalse();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(4));
    }

    private sealed class SlowJudge(Action judge) : Provider
    {
        public override string Name => "slow";

        public override IReadOnlyList<string> Hosts => [];

        public override void ApplyDefaults(ResilienceHandlersOptions options)
        {
        }

        public override CallPlan Plan(HttpRequestMessage request) => new();

        public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => false;

        public override Verdict Interpret(in ProviderAnswer answer)
        {
            judge();
            return Verdict.Ok;
        }
    }
}
