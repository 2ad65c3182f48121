using System.Net;
using System.Text.Json;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Diagnostics;

public sealed class ResilienceMonitorTests
{
    [Fact]
    [Trait("Requirement", "C3")]
    [Trait("Requirement", "E4")]
    public async Task A_circuit_shows_its_state_its_failures_and_its_metrics_and_is_reset_by_hand()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "3"), ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 3; i++)
            {
                (await client.GetAsync("things")).Dispose();
            }

            CircuitSnapshot closed = monitor.Circuits.Single();
            (closed.Client, closed.Authority, closed.State, closed.Failures).ShouldBe(("api", "https://api.example:443", CircuitState.Closed, 2));
            closed.AvailablePermits.ShouldBeNull();
            monitor.OpenCircuits.ShouldBeEmpty();

            (await client.GetAsync("things")).Dispose();
            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));

            CircuitSnapshot open = monitor.OpenCircuits.Single();
            (open.State, open.Failures, open.Accepted, open.Rejected, open.SuccessRate, open.AvailablePermits).ShouldBe((CircuitState.Open, 3, 4, 1, 0.25, 0));
            open.OpenUntil.ShouldBe(bench.Time.GetUtcNow() + TimeSpan.FromSeconds(30));
            open.Transitions.ShouldHaveSingleItem().Key.ShouldBe(CircuitState.Closed);
            open.Transitions[CircuitState.Closed].ShouldHaveSingleItem().ShouldBe(new(CircuitState.Open, 1));

            monitor.Reset("api");
            (await client.GetAsync("things")).Dispose();

            monitor.OpenCircuits.ShouldBeEmpty();
            (monitor.Circuits.Single().State, monitor.Circuits.Single().Failures).ShouldBe((CircuitState.Closed, 0));
        });
    }

    [Fact]
    public async Task A_snapshot_of_a_circuit_is_plain_json()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "1"), ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable);
        IResilienceMonitor monitor = Monitor(bench);
        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        CircuitSnapshot read = JsonSerializer.Deserialize<CircuitSnapshot>(JsonSerializer.Serialize(monitor.Circuits.Single()));

        read.State.ShouldBe(CircuitState.Open);
        read.Transitions[CircuitState.Closed][CircuitState.Open].ShouldBe(1);
    }

    [Fact]
    [Trait("Requirement", "C3")]
    public async Task An_isolated_circuit_refuses_until_it_is_reset()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            monitor.Isolate("api", "https://api.example:443");
            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
            monitor.OpenCircuits.Single().State.ShouldBe(CircuitState.Isolated);
            monitor.Reset("api", "https://api.example:443");
            (await client.GetAsync("things")).Dispose();
        });
    }

    [Fact]
    [Trait("Requirement", "C3")]
    public async Task A_quota_shows_its_limits_its_gate_and_who_waits_by_priority()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "2/minute; window"), ("TotalTimeout", "00:05:00")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);
        QuotaSnapshot? busy = null;

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage>[] calls =
            [
                .. new CallPriority[] { CallPriority.Normal, CallPriority.Normal, CallPriority.Interactive, CallPriority.Background, CallPriority.Background }
                    .Select(priority => client.SendAsync(With(priority))),
            ];
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            busy = monitor.Quotas.Single();
            foreach (HttpResponseMessage response in await Task.WhenAll(calls))
            {
                response.Dispose();
            }
        });

        busy!.Waiting.ShouldBe(3);
        (busy.WaitingInteractive, busy.WaitingNormal, busy.WaitingBackground).ShouldBe((1, 0, 2));
        busy.Limits.Single().ShouldSatisfyAllConditions(
            limit => (limit.Capacity, limit.Free).ShouldBe((2, 0)),
            limit => limit.FullAt.ShouldNotBeNull());
        monitor.Quotas.Single().Waiting.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "C3")]
    public async Task A_closed_gate_shows_until_when_and_why()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(20));
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();

            QuotaSnapshot quota = monitor.Quotas.Single(q => q.ClosedUntil is not null);
            quota.ClosedUntil.ShouldBe(bench.Time.GetUtcNow() + TimeSpan.FromSeconds(20.05));
            quota.ClosedBecause.ShouldNotBeNullOrEmpty();
        });
    }

    [Fact]
    [Trait("Requirement", "C3")]
    public async Task A_client_shows_what_became_of_its_calls()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "1"), ("Retry:Jitter", "0"), ("Pacing:MaxWait", "00:00:05")));
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(1)),
            HttpStatusCode.ServiceUnavailable,
            HttpStatusCode.OK,
            HttpStatusCode.ServiceUnavailable,
            HttpStatusCode.ServiceUnavailable,
            ScriptedAnswer.Status(429).RetryAfter(4),
            HttpStatusCode.OK,
            ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(20)),
            ScriptedAnswer.Status(429).RetryAfter(60));

        await bench.Run(async client =>
        {
            for (int i = 0; i < 4; i++)
            {
                (await client.GetAsync("things")).Dispose();
                await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            }

            using var gone = new CancellationTokenSource(TimeSpan.FromSeconds(2), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", gone.Token));
            (await client.GetAsync("things")).Dispose();
            await Should.ThrowAsync<QuotaRejectedException>(() => client.GetAsync("things"));
        });

        ClientSnapshot seen = Monitor(bench).Clients.Single();
        seen.Client.ShouldBe("api");
        seen.Enabled.ShouldBeTrue();
        (seen.Calls, seen.Succeeded, seen.Failed, seen.Cancelled).ShouldBe((7, 3, 3, 1));
        seen.SuccessRate.ShouldBe(0.5);
        (seen.Attempts, seen.Retries, seen.RetriesUsedUp).ShouldBe((bench.Wire.Attempts.Count, 3, 1));
        (seen.RateLimited, seen.Refused, seen.Waits).ShouldBe((2, 1, 1));
        seen.Waited.TotalSeconds.ShouldBe(4, tolerance: 0.5);
        seen.P50!.Value.TotalSeconds.ShouldBe(1, tolerance: 0.1);
        seen.P99!.Value.TotalSeconds.ShouldBe(4, tolerance: 0.5);
    }

    private static IResilienceMonitor Monitor(Bench bench) => bench.Services.GetRequiredService<IResilienceMonitor>();

    private static HttpRequestMessage With(CallPriority priority)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "things");
        request.SetCallOptions(new CallOptions { Priority = priority });
        return request;
    }
}
