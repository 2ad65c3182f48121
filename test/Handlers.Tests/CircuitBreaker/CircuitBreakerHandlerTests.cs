using System.IO.Pipelines;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Handlers.Tests.CircuitBreaker;

public sealed class CircuitBreakerHandlerTests
{
    private static readonly ScriptedAnswer Unavailable = ScriptedAnswer.Status(503);

    [Fact]
    [Trait("Requirement", "A6")]
    [Trait("Requirement", "C1")]
    [Trait("Requirement", "E2")]
    public async Task Opens_after_five_failures_for_a_minute_and_closes_after_two_successes()
    {
        using var bench = new Bench(settings: Five());
        bench.Wire.OnEach(a => a.Elapsed < TimeSpan.FromSeconds(30) ? Unavailable : ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(1)));

        await bench.Run(async client =>
        {
            await Times(5, () => client.GetAsync("things"));
            CircuitOpenException open = await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
            open.RetryAfter.ShouldBe(TimeSpan.FromSeconds(60));
            open.RetryAt.ShouldBe(bench.Time.GetUtcNow() + TimeSpan.FromSeconds(60));
            await Task.Delay(TimeSpan.FromSeconds(60), bench.Time);
            await Times(2, () => client.GetAsync("things"));
            await Times(5, () => client.GetAsync("things"));
        });

        bench.Wire.Attempts.Count.ShouldBe(12);
        bench.Log.Entries.Count(e => e.Event.Name is "CircuitOpened" or "CircuitHalfOpened" or "CircuitClosed").ShouldBe(3);
        bench.Log.Named("CircuitOpened").Single().Text.ShouldContain($"until {bench.Time.GetUtcNow().Year}-", Case.Sensitive, "day and month must not be mixed up");
    }

    [Fact]
    [Trait("Requirement", "C1")]
    public async Task Stays_closed_where_a_third_fails_at_once_and_the_others_succeed_slowly()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("Pacing:Enabled", "false")));
        bench.Wire.OnEach(attempt => attempt.Number % 3 == 0 ? Unavailable : ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(2)));
        var statuses = new List<HttpStatusCode>();

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 120).Select(async i =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(25 * i), bench.Time);
            using HttpResponseMessage response = await client.GetAsync($"things/{i}");
            statuses.Add(response.StatusCode);
        })));

        statuses.Take(10).ShouldAllBe(status => status == HttpStatusCode.ServiceUnavailable);
        statuses.Count(status => status == HttpStatusCode.OK).ShouldBe(80);
    }

    [Theory]
    [InlineData("given up under way")]
    [InlineData("given up in the queue")]
    [InlineData("past its deadline in the queue")]
    [InlineData("refused by the provider")]
    [InlineData("faulty below")]
    public async Task A_probe_that_told_nothing_leaves_its_slot_to_the_next(string probe)
    {
        bool isQueued = probe.EndsWith("queue", StringComparison.Ordinal);
        using var bench = new Bench(settings: Settings.For(
            "api",
            ("CircuitBreaker:FailureThreshold", "1"), ("CircuitBreaker:HalfOpenMaxCalls", "1"), ("Retry:MaxRetries", "0"),
            ("Pacing:MaxConcurrency", isQueued ? "1" : "100")));
        ScriptedAnswer told = probe switch
        {
            "refused by the provider" => ScriptedAnswer.Status(429).RetryAfter(1),
            "faulty below" => ScriptedAnswer.Failure(new InvalidOperationException("a fault")),
            _ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(50)),
        };
        int asked = 0;
        bench.Wire.OnEach(attempt => attempt.Uri.Host == "elsewhere.example" ? ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(20))
            : ++asked == 1 ? Unavailable : asked == 2 && !isQueued ? told : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(30), bench.Time);
            Task<HttpResponseMessage> holdsTheSlot = isQueued ? client.GetAsync("https://elsewhere.example/") : Task.FromResult(new HttpResponseMessage());
            using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(5), bench.Time);
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { Deadline = probe.StartsWith("past", StringComparison.Ordinal) ? TimeSpan.FromSeconds(5) : null });
            Exception? failure = await Record.ExceptionAsync(() => client.SendAsync(request, cancel.Token));

            (failure is null).ShouldBe(probe == "refused by the provider");
            (await holdsTheSlot).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(2), bench.Time);
            (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task A_body_that_fails_on_our_side_says_nothing_about_the_upstream(bool wayFails, bool synchronous)
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "1")));
        bench.Wire.OnEach(_ => wayFails ? ScriptedAnswer.Failure(new HttpRequestException("reset")) : HttpStatusCode.OK);

        var uploader = new Pipe();
        await uploader.Writer.WriteAsync("half"u8.ToArray());
        await uploader.Writer.CompleteAsync(wayFails ? null : new IOException("The uploader left."));

        await bench.Run(async client =>
        {
            using var upload = new HttpRequestMessage(HttpMethod.Put, "things") { Content = new StreamContent(uploader.Reader.AsStream()) };
            Exception failure = synchronous
                ? await bench.Time.StartThread(() => Should.Throw<HttpRequestException>(() => client.Send(upload)))
                : await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(upload));

            upload.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Services.GetRequiredService<IResilienceMonitor>().Circuits.Single().State.ShouldBe(wayFails ? CircuitState.Open : CircuitState.Closed);
    }

    [Fact]
    [Trait("Requirement", "E3")]
    public async Task Each_attempt_asks_the_circuit()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "2"), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(_ => Unavailable);

        await bench.Run(client => Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things")));

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Waiting_for_the_circuit_uses_no_retry()
    {
        using var bench = new Bench(settings: Settings.For(
            "api",
            ("CircuitBreaker:FailureThreshold", "2"), ("CircuitBreaker:BreakDuration", "00:00:10"), ("Retry:WaitForCircuit", "true"), ("Retry:MaxRetries", "2"), ("Retry:Jitter", "0")));
        bench.Wire.Answers(Unavailable, Unavailable, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.GetCallReport()!.Retries.ShouldBe(2);
        });

        bench.Wire.Attempts[2].Elapsed.TotalSeconds.ShouldBeInRange(11, 12.1);
    }

    [Fact]
    public async Task What_follows_a_failed_probe_draws_nothing_from_the_budget()
    {
        using var bench = new Bench(settings: Settings.For(
            "api",
            ("CircuitBreaker:FailureThreshold", "1"), ("CircuitBreaker:BreakDuration", "00:00:01"), ("CircuitBreaker:MaxBreakDuration", "00:00:01"),
            ("Retry:WaitForCircuit", "true"), ("Retry:BudgetRatio", "0"), ("Retry:BudgetMinimum", "1")));
        bench.Wire.Answers(Unavailable, Unavailable, Unavailable, HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts.Count.ShouldBe(4);
    }

    [Fact]
    public async Task A_refusal_by_the_provider_says_nothing_about_its_health()
    {
        using var bench = new Bench(settings: Five());
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(1));

        await bench.Run(client => Times(20, () => client.GetAsync("things")));

        bench.Wire.Attempts.Count.ShouldBe(20);
    }

    [Fact]
    public async Task The_state_survives_the_chain_that_made_it()
    {
        using var bench = new Bench(settings: Five());
        bench.Wire.OnEach(_ => Unavailable);

        await bench.Time.RunAsync(async () =>
        {
            IHttpMessageHandlerFactory factory = bench.Services.GetRequiredService<IHttpMessageHandlerFactory>();
            using (var first = new HttpClient(factory.CreateHandler("api"), disposeHandler: true) { BaseAddress = new Uri("https://api.example/") })
            {
                await Times(5, () => first.GetAsync("things"));
            }

            using var second = new HttpClient(Rebuilt(bench), disposeHandler: false) { BaseAddress = new Uri("https://api.example/") };

            await Should.ThrowAsync<CircuitOpenException>(() => second.GetAsync("things"));
        });
    }

    private static HttpMessageHandler Rebuilt(Bench bench)
    {
        // What the factory does when a handler's lifetime ends: all actions once more on a new builder.
        HttpMessageHandlerBuilder builder = bench.Services.GetRequiredService<HttpMessageHandlerBuilder>();
        builder.Name = "api";
        foreach (Action<HttpMessageHandlerBuilder> action in bench.Services
            .GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get("api").HttpMessageHandlerBuilderActions)
        {
            action(builder);
        }

        return builder.Build();
    }

    private static async Task Times(int count, Func<Task<HttpResponseMessage>> send)
    {
        for (int i = 0; i < count; i++)
        {
            (await send()).Dispose();
        }
    }

    private static Dictionary<string, string?> Five() => Settings.For(
        "api",
        ("CircuitBreaker:FailureThreshold", "5"),
        ("CircuitBreaker:BreakDuration", "00:01:00"),
        ("CircuitBreaker:HalfOpenMaxCalls", "3"),
        ("CircuitBreaker:SuccessThreshold", "2"),
        ("Retry:MaxRetries", "0"));
}
