using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>A foreign handler between two runs of ours goes on without an attempt that it began: it has given up, or another one was quicker.</summary>
public sealed class LeftBehindTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(5, 500)]
    [InlineData(5, 200)]
    [InlineData(15, 500)]
    [InlineData(15, 0)]
    public async Task An_attempt_that_was_left_behind_ends_beside_its_call(int lateSeconds, int lateStatus)
    {
        TimeProvider? time = null;
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.Jitter = 0)
            .AddHttpMessageHandler(() => Impatient(time!, with: 1))
            .AddPacing(o => o.MaxConcurrency = 2)
            .AddAttemptTimeout(60 * Second)
            .AddRateLimitSignals());
        time = bench.Time;
        ScriptedAnswer late = lateStatus == 0 ? ScriptedAnswer.Failure(new HttpRequestException("broken")) : ScriptedAnswer.Status(lateStatus).Text("late");
        ScriptedBody body = new ScriptedBody().Text("in ").Wait(10 * Second).Text("time");
        bench.Wire.Answers(late.After(lateSeconds * Second), ScriptedAnswer.Status(200).Body(body).After(6 * Second), HttpStatusCode.OK, HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await response.Content.ReadAsStringAsync()).ShouldBe("in time");
            CallReport report = response.GetCallReport()!;
            report.Verdict.ShouldBe(VerdictKind.Ok);
            report.Attempts.ShouldBe(2);
            report.History.Select(attempt => attempt.Status).ShouldBe([null, 200]);

            // Nothing holds a slot any more.
            await Task.WhenAll(client.GetAsync("more"), client.GetAsync("more"));
        });

        bench.Wire.Attempts[3].Elapsed.ShouldBe(19 * Second);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1)]
    public async Task The_loser_of_a_race_between_two_attempts_harms_nobody(int winnerTakes)
    {
        TimeProvider? time = null;
        using var bench = new Bench(add: b => b
            .AddResponseCaching()
            .AddRetries()
            .AddHttpMessageHandler(() => new Between(async (request, token, next) =>
            {
                using var ended = CancellationTokenSource.CreateLinkedTokenSource(token);
                Task<HttpResponseMessage> first = next(request, ended.Token);
                await Task.WhenAny(first, Task.Delay(Second, time!, token));
                Task<HttpResponseMessage> winner = await Task.WhenAny(first, next(CopyOf(request), ended.Token));
                HttpResponseMessage answer = await winner;
                _ = ended.CancelAsync();
                return answer;
            }))
            .AddPacing(o => o.MaxConcurrency = 2)
            .AddRateLimitSignals());
        time = bench.Time;
        bench.Wire.OnEach(attempt => attempt.Number switch
        {
            1 => ScriptedAnswer.Status(503).After(20 * Second),
            2 => ScriptedAnswer.Status(200).Header("Cache-Control", "max-age=60").Text("won").After(winnerTakes * Second),
            _ => ScriptedAnswer.Status(200).Text("more").After(Second),
        });

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            await Task.Delay(Second, bench.Time);

            (await response.Content.ReadAsStringAsync()).ShouldBe("won");
            response.GetCallReport()!.Verdict.ShouldBe(VerdictKind.Ok);
            (await client.GetStringAsync("things")).ShouldBe("won");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_race_above_another_handler_between_does_not_take_over_what_is_at_work_below_that()
    {
        TimeProvider? time = null;
        using var bench = new Bench(add: b => b
            .AddRetries()
            .AddHttpMessageHandler(() => new Between(async (request, token, next) =>
            {
                Task<HttpResponseMessage> first = next(request, token);
                await Task.WhenAny(first, Task.Delay(Second, time!, token));
                Task<HttpResponseMessage> second = next(CopyOf(request), token);
                Task<HttpResponseMessage> winner = await Task.WhenAny(first, second);
                _ = DisposeLateAsync(winner == first ? second : first);
                return await winner;
            }))
            .AddPacing(o => o.MaxConcurrency = 1)
            .AddHttpMessageHandler(() => new Between((request, token, next) => next(request, token)))
            .AddRateLimitSignals());
        time = bench.Time;
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(200).Text($"{attempt.Number}").After(5 * Second));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("1");
            await Task.Delay(10 * Second, bench.Time);
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBe(5 * Second);
        bench.Services.GetRequiredService<IResilienceMonitor>().Quotas.ShouldAllBe(quota => quota.UnderWay == 0);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_probe_that_was_left_behind_tells_the_circuit_when_it_ends()
    {
        TimeProvider? time = null;
        using var bench = new Bench(add: b => b
            .AddCircuitBreaker(o => (o.FailureThreshold, o.BreakDuration, o.SuccessThreshold) = (1, 10 * Second, 1))
            .AddHttpMessageHandler(() => Impatient(time!, with: 2))
            .AddRateLimitSignals());
        time = bench.Time;
        bench.Wire.Answers(HttpStatusCode.InternalServerError, ScriptedAnswer.Status(200).After(5 * Second), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            await Task.Delay(11 * Second, bench.Time);
            await Should.ThrowAsync<TimeoutException>(() => client.GetAsync("things"));

            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
            await Task.Delay(4 * Second, bench.Time);
            (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });
    }

    /// <summary>Gives one of its attempts two seconds, then goes on without it and without cancelling it.</summary>
    private static Between Impatient(TimeProvider time, int with)
    {
        int sent = 0;
        return new Between(async (request, token, next) =>
        {
            bool isShort = ++sent == with;
            Task<HttpResponseMessage> attempt = next(request, CancellationToken.None);
            if (isShort && await Task.WhenAny(attempt, Task.Delay(2 * Second, time, token)) != attempt)
            {
                _ = DisposeLateAsync(attempt);
                throw new TimeoutException("Too slow.");
            }

            return await attempt;
        });
    }

    /// <summary>As handlers copy that send a message twice: with its options, and so with what we keep there.</summary>
    private static HttpRequestMessage CopyOf(HttpRequestMessage request)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        IDictionary<string, object?> options = copy.Options;
        foreach (KeyValuePair<string, object?> option in request.Options)
        {
            options.Add(option);
        }

        return copy;
    }

    private static async Task DisposeLateAsync(Task<HttpResponseMessage> attempt)
    {
        try
        {
            (await attempt).Dispose();
        }
        catch (HttpRequestException)
        {
            // Nobody waits for it.
        }
    }
}
