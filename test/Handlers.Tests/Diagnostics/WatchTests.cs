using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using static Handlers.ResilienceEventKind;

namespace Handlers.Tests.Diagnostics;

/// <summary>What somebody who watches all clients is told.</summary>
public sealed class WatchTests
{
    [Fact]
    public async Task A_gate_is_told_when_it_closes_and_when_it_opens()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(20), HttpStatusCode.OK);

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client => (await client.GetAsync("things")).Dispose());

        ResilienceEvent closed = all.Single(e => e.Kind == GateClosed);
        closed.Quota.ShouldBe("generic/api/default");
        closed.Until.ShouldBe(closed.At + TimeSpan.FromSeconds(20.05));
        ResilienceEvent opened = all.Single(e => e.Kind == GateOpened);
        (opened.At, opened.Quota).ShouldBe((closed.Until!.Value, closed.Quota));
    }

    [Fact]
    public async Task Many_refusals_of_one_cause_close_a_gate_once()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("Pacing:Limits", "100/second")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(20).After(TimeSpan.FromSeconds(1)));

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client =>
        {
            foreach (HttpResponseMessage response in await Task.WhenAll(Enumerable.Range(0, 5).Select(i => client.GetAsync($"things/{i}"))))
            {
                response.Dispose();
            }
        });

        all.Count(e => e.Kind == RateLimited).ShouldBeGreaterThan(1);
        all.Count(e => e.Kind == GateClosed).ShouldBe(1);
    }

    [Fact]
    public async Task Events_of_one_call_share_its_number_and_name_no_query()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client =>
        {
            (await client.GetAsync("things/17?key=secret")).Dispose();
            (await client.GetAsync("things/18")).Dispose();
        });

        all.Select(e => (e.Call, e.Kind)).ShouldBe(
            [(1, AttemptStarted), (1, AttemptEnded), (1, CallEnded), (2, AttemptStarted), (2, AttemptEnded), (2, CallEnded)]);
        all.ShouldAllBe(e => e.Operation == "GET /things/{id}" && e.Client == "api");
    }

    [Fact]
    public async Task A_keyed_write_is_one_call_and_its_repetition_is_answered_without_an_attempt()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Account", "acme"), ("Retry:Jitter", "0")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client =>
        {
            for (int i = 0; i < 2; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Put, "things/17") { Content = new StringContent("{}") };
                request.SetCallOptions(new CallOptions { IdempotencyKey = "one" });
                (await client.SendAsync(request)).Dispose();
            }
        });

        all.Where(e => e.Call == 1).Select(e => e.Kind).ShouldBe(
            [AttemptStarted, AttemptEnded, RetryScheduled, AttemptStarted, AttemptEnded, Recovered, CallEnded]);
        all.Where(e => e.Call == 2).Select(e => e.Kind).ShouldBe([Replayed, CallEnded]);
        bench.Services.GetRequiredService<IResilienceMonitor>().Clients.Single().ShouldSatisfyAllConditions(
            seen => (seen.Calls, seen.Attempts, seen.Retries, seen.Replayed).ShouldBe((2, 2, 1, 1)));
    }

    [Fact]
    public async Task An_answer_from_the_cache_is_told_and_counted()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Account", "acme")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Header("Cache-Control", "max-age=60").Text("hello"));
        using var measured = new Measurements(bench.Services);

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client =>
        {
            await client.GetStringAsync("things");
            await client.GetStringAsync("things");
        });

        all.Where(e => e.Call == 2).Select(e => e.Kind).ShouldBe([CacheAnswered, CallEnded]);
        all.Single(e => e.Kind == CacheAnswered).Cause.ShouldBe("Handlers;hit;ttl=60");
        ClientSnapshot seen = bench.Services.GetRequiredService<IResilienceMonitor>().Clients.Single();
        (seen.Calls, seen.Attempts, seen.CacheHits, seen.CacheMisses).ShouldBe((2, 1, 1, 1));
        measured.Of("cache.requests").Select(m => m.Tags["handlers.cache.result"]).ShouldBe(["miss", "hit"]);
    }

    [Fact]
    public async Task Another_model_that_answers_is_told_under_the_number_of_the_call()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Retry:MaxRetries", "0"), ("Fallback:Models", "gpt-5-mini")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions")
            {
                Content = new StringContent("""{"model":"gpt-5","messages":[]}""", System.Text.Encoding.UTF8, "application/json"),
            };
            request.SetCallOptions(new CallOptions { Replay = ReplaySafety.Safe });
            (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        ResilienceEvent fellBack = all.Single(e => e.Kind == FellBack);
        fellBack.Message.ShouldBe("Answered in its place: model gpt-5-mini.");
        all.ShouldAllBe(e => e.Call == fellBack.Call || e.Call == null);
        all[^1].Kind.ShouldBe(CallEnded);
        bench.Services.GetRequiredService<IResilienceMonitor>().Clients.Single().Fallbacks.ShouldBe(1);
    }

    [Fact]
    public async Task A_circuit_tells_its_changes_whoever_causes_them()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "2"), ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client =>
        {
            (await client.GetAsync("things")).Dispose();
            (await client.GetAsync("things")).Dispose();
            bench.Services.GetRequiredService<IResilienceMonitor>().Reset("api");
        });

        all.Where(e => e.Kind == CircuitChanged).Select(e => (e.Circuit, e.Call, e.Message)).ShouldBe(
        [
            (CircuitState.Open, 2, "Circuit to https://api.example:443 opened after 2 failures in a row."),
            (CircuitState.Closed, null, "Circuit to https://api.example:443 was reset by hand."),
        ]);
    }

    [Fact]
    public async Task Edits_are_told_good_ones_and_bad_ones()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "2")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        IReadOnlyList<ResilienceEvent> all = await Watched(bench, async client =>
        {
            (await client.GetAsync("things")).Dispose();
            bench.Settings.Edit(Settings.Key("api", "Retry:MaxRetries"), "4");
            bench.Settings.Edit(Settings.Key("api", "Retry:MaxRetries"), "-4");
        });

        all.Single(e => e.Kind == OptionsReloaded).Message.ShouldContain("MaxRetries");
        all.Single(e => e.Kind == OptionsRejected).Message.ShouldContain("-4");
    }

    [Fact]
    public async Task Who_is_too_slow_loses_the_oldest_and_is_told_how_many()
    {
        var hub = new EventHub(new VirtualTime());
        using var stop = new CancellationTokenSource();
        await using IAsyncEnumerator<ResilienceEvent> watch = hub.Watch(stop.Token).GetAsyncEnumerator(stop.Token);
        ValueTask<bool> first = watch.MoveNextAsync();
        hub.Publish(new ResilienceEvent { Kind = Queued, At = hub.Now, Message = "the first" });
        (await first).ShouldBeTrue();

        for (int i = 0; i < EventHub.Capacity + 10; i++)
        {
            hub.Publish(new ResilienceEvent { Kind = Granted, At = hub.Now, Message = $"{i}" });
        }

        List<ResilienceEvent> all = [];
        while (all.Count < EventHub.Capacity + 1)
        {
            (await watch.MoveNextAsync()).ShouldBeTrue();
            all.Add(watch.Current);
        }

        (all[0].Kind, all[0].Count).ShouldBe((Missed, 10));
        all[1].Message.ShouldBe("10");
        all[^1].Message.ShouldBe($"{EventHub.Capacity + 9}");
    }

    [Fact]
    public async Task Nobody_is_left_watching_when_the_watch_ends()
    {
        var hub = new EventHub(new VirtualTime());
        using var stop = new CancellationTokenSource();
        await using (IAsyncEnumerator<ResilienceEvent> watch = hub.Watch(stop.Token).GetAsyncEnumerator(stop.Token))
        {
            ValueTask<bool> next = watch.MoveNextAsync();
            hub.IsWatched.ShouldBeTrue();
            await stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(async () => await next);
        }

        hub.IsWatched.ShouldBeFalse();
    }

    [Fact]
    public async Task A_call_that_nobody_looks_at_makes_nothing_to_look_at()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:Jitter", "0")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, "things");

        await bench.Run(async client => (await client.SendAsync(request)).Dispose());

        Call.Of(request)!.Trace.ShouldBeNull();
        bench.Services.GetRequiredService<ResilienceState>().Events.NextCall().ShouldBe(1);
    }

    private static async Task<IReadOnlyList<ResilienceEvent>> Watched(Bench bench, Func<HttpClient, Task> body)
    {
        List<ResilienceEvent> all = [];
        await bench.Run(async client =>
        {
            using var stop = new CancellationTokenSource();
            Task watching = KeepAsync(stop.Token);
            await body(client);
            await Task.Delay(TimeSpan.FromMinutes(1), bench.Time);
            await stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => watching);
        });
        return all;

        async Task KeepAsync(CancellationToken token)
        {
            await foreach (ResilienceEvent next in bench.Services.GetRequiredService<IResilienceMonitor>().Watch(token))
            {
                all.Add(next);
            }
        }
    }
}
