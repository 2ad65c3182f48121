using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>A foreign handler between ours makes two runs of one call: the inner one works on a part of it.</summary>
public sealed class InnerRunTests
{
    [Fact]
    public async Task A_foreign_handler_between_makes_two_runs_of_one_call()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.Jitter = 0)
            .AddHttpMessageHandler(() => new Passing())
            .AddAttemptTimeout(TimeSpan.FromSeconds(5))
            .AddRateLimitSignals());
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");
            CallReport report = response.GetCallReport()!;

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            report.Attempts.ShouldBe(2);
            report.History.Select(a => a.Status).ShouldBe([503, 200]);
        });
    }

    [Fact]
    public async Task The_inner_run_finds_its_call_on_a_clone_too()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.Jitter = 0)
            .AddHttpMessageHandler(() => new Cloning(copies: 1))
            .AddRateLimitSignals());
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            (await client.SendAsync(request)).Dispose();

            request.GetCallReport()!.Attempts.ShouldBe(2);
        });
    }

    [Fact]
    public async Task A_second_send_while_the_first_is_under_way_is_a_call_of_its_own()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.MaxRetries = 0)
            .AddHttpMessageHandler(() => new Cloning(copies: 2))
            .AddAttemptTimeout(TimeSpan.FromSeconds(5)));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(1)));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            (await client.SendAsync(request)).Dispose();

            request.GetCallReport()!.Attempts.ShouldBe(1);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task An_outer_timeout_ends_the_inner_run_and_is_named_as_what_it_is()
    {
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.MaxRetries = 0)
            .AddHttpMessageHandler(() => new Passing())
            .AddAttemptTimeout(TimeSpan.FromSeconds(50)), settings: new Dictionary<string, string?>(StringComparer.Ordinal)
            {
                ["ResilienceHandlers:Clients:api:TotalTimeout"] = "00:00:10",
            });

        await bench.Run(async client =>
        {
            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.GetAsync("things"));

            thrown.IsDeadline.ShouldBeTrue();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task An_inner_attempt_timeout_never_counts_the_wait_above_it()
    {
        TimeProvider? time = null;
        using var bench = new Bench(add: b => b
            .AddRetries(o => o.Jitter = 0)
            .AddHttpMessageHandler(() => new Slow(TimeSpan.FromSeconds(8), time!))
            .AddAttemptTimeout(TimeSpan.FromSeconds(5)));
        time = bench.Time;
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBe(TimeSpan.FromSeconds(17));
    }

    [Fact]
    public async Task A_handler_between_that_sends_again_gets_its_slots_back_first()
    {
        using var bench = new Bench(add: b => b
            .AddRetries()
            .AddHttpMessageHandler(() => new SendingTwice())
            .AddPacing(o => o.MaxConcurrency = 1));
        bench.Wire.Answers(ScriptedAnswer.Status(401).Text("who?"), ScriptedAnswer.Status(200).Text("fine"), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage first = await client.GetAsync("things");
            (await first.Content.ReadAsStringAsync()).ShouldBe("fine");
            first.GetCallReport()!.Verdict.ShouldBe(VerdictKind.Ok);
            (await client.GetAsync("things")).Dispose();
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    private sealed class Slow(TimeSpan wait, TimeProvider time) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(wait, time, cancellationToken);
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class SendingTwice : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.Unauthorized)
            {
                return response;
            }

            response.Dispose();
            return await base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Cloning(int copies) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Task<HttpResponseMessage>[] sent = [.. Enumerable.Range(0, copies).Select(_ => base.SendAsync(Clone(request), cancellationToken))];
            foreach (Task<HttpResponseMessage> late in sent[1..])
            {
                (await late).Dispose();
            }

            return await sent[0];
        }

        private static HttpRequestMessage Clone(HttpRequestMessage request)
        {
            var clone = new HttpRequestMessage(request.Method, request.RequestUri);
            foreach (KeyValuePair<string, object?> option in request.Options)
            {
                ((IDictionary<string, object?>)clone.Options)[option.Key] = option.Value;
            }

            return clone;
        }
    }
}
