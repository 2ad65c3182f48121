using System.Net;
using Handlers.Testing;
using Handlers.Tests.Idempotency;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Polly.Timeout;

namespace Handlers.Tests.Chain;

/// <summary>What a foreign handler may do that stands between two runs of ours, or below them: replace, translate, give up. What it may leave behind: <see cref="LeftBehindTests"/>.</summary>
public sealed class HandlersBetweenTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK, 1)]
    [InlineData(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, 4)]
    public async Task What_a_handler_between_puts_in_place_of_an_answer_is_judged_anew(HttpStatusCode came, HttpStatusCode put, int attempts)
    {
        using var bench = new Bench(add: b => b
            .AddRetries()
            .AddHttpMessageHandler(() => new Between(async (request, token, next) =>
            {
                (await next(request, token)).Dispose();
                return new HttpResponseMessage(put);
            }))
            .AddRateLimitSignals());
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(came));

        await bench.Run(async client => (await client.GetAsync("things")).StatusCode.ShouldBe(put));

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_timeout_of_a_handler_between_is_no_callers_cancellation(bool ofPolly)
    {
        TimeProvider? time = null;
        using var bench = new Bench(add: b => b
            .AddRetries()
            .AddHttpMessageHandler(() => new Between(async (request, token, next) =>
            {
                using var late = new CancellationTokenSource(2 * Second, time!);
                try
                {
                    return await next(request, late.Token);
                }
                catch (OperationCanceledException cut)
                {
                    throw ofPolly ? new TimeoutRejectedException("Too slow.", cut) : new TimeoutException("Too slow.");
                }
            }))
            .AddRateLimitSignals());
        time = bench.Time;
        bench.Wire.Answers(ScriptedAnswer.Status(200).After(60 * Second), HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_refusal_of_which_a_handler_made_an_exception_has_spent_its_quota(bool isJudgedBelow)
    {
        DelegatingHandler throws = new Between(async (request, token, next) => (await next(request, token)).EnsureSuccessStatusCode());
        using var bench = new Bench(add: b =>
        {
            b.AddPacing(o => o.Limits = "1/minute");
            _ = isJudgedBelow ? b.AddHttpMessageHandler(() => throws).AddRateLimitSignals() : b.AddRateLimitSignals().AddHttpMessageHandler(() => throws);
        });
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(1), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await Should.ThrowAsync<HttpRequestException>(client.GetAsync("things"))).StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            await Task.Delay(2 * Second, bench.Time);
            (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBe(60 * Second);
        bench.Services.GetRequiredService<IResilienceMonitor>().Quotas.ShouldAllBe(quota => quota.UnderWay == 0);
    }

    [Fact]
    public async Task An_attempt_under_way_below_a_handler_between_is_counted_when_its_call_is_cut_off()
    {
        using var bench = new Bench(add: b => b
            .AddIdempotencyKeys()
            .AddRetries()
            .AddHttpMessageHandler(() => new Between((request, token, next) => next(request, token)))
            .AddRateLimitSignals());
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(20 * Second));
        using HttpRequestMessage request = Writes.Post();
        request.SetCallOptions(new CallOptions { IdempotencyKey = "k", Deadline = 2 * Second });

        await bench.Run(client => Should.ThrowAsync<CallTimeoutException>(client.SendAsync(request)));

        request.GetCallReport()!.Attempts.ShouldBe(1);
        bench.Services.GetRequiredService<IResilienceMonitor>().Clients.ShouldHaveSingleItem().Attempts.ShouldBe(1);
    }

    [Fact]
    public async Task A_call_that_began_in_the_middle_of_a_run_does_not_part_the_next_one_from_what_is_below()
    {
        using var bench = new Bench(add: b => b
            .AddResponseCaching()
            .AddIdempotencyKeys()
            .AddHttpMessageHandler(() => new Between((request, token, next) => next(request, token)))
            .AddRateLimitSignals());
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200));

        await bench.Run(async client =>
        {
            (await client.SendAsync(Writes.Post("k"))).Dispose();

            using HttpResponseMessage response = await client.GetAsync("things");
            response.GetCallReport()!.Attempts.ShouldBe(1);
        });

        bench.Services.GetRequiredService<IResilienceMonitor>().Clients.ShouldHaveSingleItem().Calls.ShouldBe(2);
    }

    [Fact]
    public async Task A_body_of_a_message_that_a_handler_between_made_ends_at_its_callers_deadline()
    {
        TimeProvider? time = null;
        using var bench = new Bench(
            add: b => b
                .AddRetries()
                .AddHttpMessageHandler(() => new Between(async (request, token, next) =>
                {
                    await Task.Delay(Second, time!, token);
                    return await next(new HttpRequestMessage(request.Method, request.RequestUri), token);
                }))
                .AddRateLimitSignals(),
            settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["ResilienceHandlers:Clients:api:TotalTimeout"] = "00:00:05" });
        time = bench.Time;
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("abc").Stall()));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);

            await Should.ThrowAsync<CallTimeoutException>(response.Content.ReadAsStringAsync());
        });

        bench.Time.Elapsed.ShouldBe(5 * Second);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_write_given_up_in_a_queue_below_a_handler_between_has_not_happened()
    {
        using var bench = new Bench(add: b => b
            .AddIdempotencyKeys()
            .AddRetries()
            .AddHttpMessageHandler(() => new Between((request, token, next) => next(request, token)))
            .AddPacing(o => o.MaxConcurrency = 1));
        bench.Wire.Answers(ScriptedAnswer.Status(200).After(20 * Second), HttpStatusCode.OK);
        using var cancel = new CancellationTokenSource(Second, bench.Time);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> slow = client.GetAsync("slow");
            await Should.ThrowAsync<OperationCanceledException>(() => client.SendAsync(Writes.Post("k"), cancel.Token));
            (await slow).Dispose();

            (await client.SendAsync(Writes.Post("k"))).StatusCode.ShouldBe(HttpStatusCode.OK);
        });
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task A_handler_below_that_answers_null_is_told_so_and_costs_no_slot(bool signals, bool synchronous)
    {
        using var bench = new Bench(add: b => b
            .AddResilienceHandlers(o => (o.Pacing.MaxConcurrency, o.RateLimits.Enabled) = (1, signals))
            .AddHttpMessageHandler(() => new Between((_, _, _) => Task.FromResult<HttpResponseMessage>(null!))));

        await bench.Run(async client =>
        {
            for (int i = 0; i < 2; i++)
            {
                InvalidOperationException thrown = synchronous
                    ? Should.Throw<InvalidOperationException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "things")))
                    : await Should.ThrowAsync<InvalidOperationException>(() => client.GetAsync("things"));

                thrown.Message.ShouldContain("null");
            }
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }
}
