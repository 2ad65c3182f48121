using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.ResponseCaching;

public class StaleAnswerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_herd_on_a_stale_answer_makes_one_request_in_the_background()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1, stale-while-revalidate=60"),
            CacheBench.Fresh("new").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);

            (await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => bench.ReadAsync()))).ShouldAllBe(body => body == "old");
            bench.Time.Elapsed.ShouldBe(3 * Second);
            await Task.Delay(2 * Second, bench.Time);
            (await bench.ReadAsync()).ShouldBe("new");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public void Can_be_disposed_twice()
    {
        using var handler = new ResponseCachingHandler(new ResponseCachingOptions());

        handler.Dispose();
    }

    [Fact]
    public async Task A_refresh_asks_with_the_validator_and_without_the_callers_own_conditions()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1, stale-while-revalidate=60").Header("ETag", "\"a\""),
            ScriptedAnswer.Status(304).Header("Cache-Control", "max-age=60").Header("ETag", "\"a\""));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync(CacheBench.Get(fields: ("X-Mine", "1")));
            await Task.Delay(3 * Second, bench.Time);
            await bench.ReadAsync(CacheBench.Get(fields: [("If-None-Match", "\"mine\""), ("Range", "bytes=0-1"), ("X-Mine", "1")]));
            await Task.Delay(Second, bench.Time);
        });

        ScriptedAttempt refresh = bench.Wire.Attempts[1];
        refresh.Headers["If-None-Match"].ShouldBe("\"a\"");
        refresh.Headers.ContainsKey("Range").ShouldBeFalse();
        refresh.Headers["X-Mine"].ShouldBe("1");
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_refresh_that_hangs_ends_at_its_own_timeout_and_another_may_follow()
    {
        using var bench = new CacheBench(new ResponseCachingOptions { RefreshTimeout = 10 * Second });
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1, stale-while-revalidate=600"),
            CacheBench.Fresh("never").After(1000 * Second),
            CacheBench.Fresh("new"));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);
            await bench.ReadAsync();
            await Task.Delay(5 * Second, bench.Time);
            await bench.ReadAsync();
            bench.Wire.Attempts.Count.ShouldBe(2);

            await Task.Delay(6 * Second, bench.Time);
            await bench.ReadAsync();
            await Task.Delay(Second, bench.Time);
            (await bench.ReadAsync()).ShouldBe("new");
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_refresh_whose_body_heeds_no_token_ends_at_its_own_timeout_too()
    {
        using var stuck = new StubbornStream();
        using var bench = new CacheBench(new ResponseCachingOptions { RefreshTimeout = 10 * Second });
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1, stale-while-revalidate=600"),
            ScriptedAnswer.From(_ => new HttpResponseMessage { Content = new StreamContent(stuck) }).Header("Cache-Control", "max-age=60"),
            CacheBench.Fresh("new"));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);
            (await bench.ReadAsync()).ShouldBe("old");
            await Task.Delay(30 * Second, bench.Time);

            (await bench.ReadAsync()).ShouldBe("old");
            await Task.Delay(Second, bench.Time);
            (await bench.ReadAsync()).ShouldBe("new");
            stuck.Release();
        });
    }

    [Fact]
    public async Task A_refresh_runs_outside_the_scope_of_the_call_that_set_it_off()
    {
        using var bench = new Bench();
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1, stale-while-revalidate=60"),
            ScriptedAnswer.Status(200).Text("new").Header("Cache-Control", "max-age=60").After(3 * Second));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(3 * Second, bench.Time);
            using (CallOptions.BeginScope(new CallOptions { AttemptTimeout = Second, Deadline = Second }))
            {
                (await client.GetStringAsync("things")).ShouldBe("old");
            }

            await Task.Delay(5 * Second, bench.Time);
            (await client.GetStringAsync("things")).ShouldBe("new");
        });
    }

    [Fact]
    public async Task A_handler_that_is_gone_refreshes_nothing()
    {
        var time = new VirtualTime();
        var store = new MemoryResponseStore(1 << 20, time);
        using var wire = new ScriptedTransport(time);
        wire.Answers(ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1, stale-while-revalidate=60"), CacheBench.Fresh().After(5 * Second));
        var invoker = new HttpMessageInvoker(new ResponseCachingHandler(new ResponseCachingOptions(), store, time) { InnerHandler = wire });

        await time.RunAsync(async () =>
        {
            for (int i = 0; i < 2; i++)
            {
                using HttpResponseMessage response = await invoker.SendAsync(CacheBench.Get(), default);
                await response.Content.ReadAsStringAsync();
                await Task.Delay(3 * Second, time);
            }

            invoker.Dispose();
            await Task.Delay(Second, time);
        });

        wire.Attempts[1].Cancellation.IsCancellationRequested.ShouldBeTrue();
        wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "C4")]
    public async Task Stands_in_for_an_open_circuit_without_asking()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching().AddCircuitBreaker(o => o.FailureThreshold = 1));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1"), ScriptedAnswer.Status(500));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            (await client.GetAsync("broken")).Dispose();
            await Task.Delay(3 * Second, bench.Time);

            using HttpResponseMessage response = await client.GetAsync("things");

            (await response.Content.ReadAsStringAsync()).ShouldBe("old");
            response.GetCallReport()!.CacheStatus.ShouldBe("Handlers;fwd=stale;ttl=-2;detail=stale-if-error");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Log.Named("ServedStale").Single().Text.ShouldContain("CircuitOpenException");
    }

    [Fact]
    public async Task Stands_in_at_once_where_the_quota_would_make_the_call_wait()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching().AddPacing(o => o.Limits = "1/minute"));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1"), ScriptedAnswer.Status(200).Text("new"));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(3 * Second, bench.Time);

            (await client.GetStringAsync("things")).ShouldBe("old");

            bench.Time.Elapsed.ShouldBe(3 * Second);
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Waits_for_the_quota_where_nothing_may_stand_in()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching(o => o.StaleIfError = TimeSpan.Zero).AddPacing(o => o.Limits = "1/minute"));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1"), ScriptedAnswer.Status(200).Text("new"));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(3 * Second, bench.Time);

            (await client.GetStringAsync("things")).ShouldBe("new");
        });

        bench.Time.Elapsed.ShouldBeGreaterThan(50 * Second);
    }

    [Fact]
    public async Task Stands_in_when_the_deadline_passes_but_not_when_the_caller_leaves()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching());
        bench.Wire.Answers(ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1"));
        bench.Wire.OnEach(attempt => attempt.Number == 1 ? null : ScriptedAnswer.Status(200).After(1000 * Second));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(3 * Second, bench.Time);
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { Deadline = 5 * Second });
            using HttpResponseMessage late = await client.SendAsync(request);
            (await late.Content.ReadAsStringAsync()).ShouldBe("old");

            using var leaving = new CancellationTokenSource(Second, bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", leaving.Token));
        });
    }

    [Theory]
    [InlineData(404)]
    [InlineData(401)]
    [InlineData(429)]
    public async Task Does_not_stand_in_for_what_the_server_means(int status)
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("old", seconds: 1), ScriptedAnswer.Status(status));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);
            using HttpResponseMessage response = await bench.SendAsync();

            ((int)response.StatusCode).ShouldBe(status);
        });
    }

    [Fact]
    public async Task Does_not_stand_in_for_a_fault_of_the_program()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("old", seconds: 1), ScriptedAnswer.Failure(new InvalidOperationException("a bug")));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);

            await Should.ThrowAsync<InvalidOperationException>(() => bench.ReadAsync());
        });
    }

    [Fact]
    public async Task Each_attempt_of_a_confirmation_carries_the_condition_and_the_caller_never_sees_it()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching(o => o.StaleIfError = TimeSpan.Zero).AddRetries(o => o.BaseDelay = Second));
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).Text("old").Header("Cache-Control", "max-age=1").Header("ETag", "\"a\""),
            ScriptedAnswer.Status(503),
            ScriptedAnswer.Status(304).Header("Cache-Control", "max-age=60").Header("ETag", "\"a\""));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(3 * Second, bench.Time);
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.Headers.TryAddWithoutValidation("If-None-Match", "\"mine\"");
            using HttpResponseMessage response = await client.SendAsync(request);

            (await response.Content.ReadAsStringAsync()).ShouldBe("old");
            request.Headers.NonValidated["If-None-Match"].ToString().ShouldBe("\"mine\"");
            request.GetCallReport()!.Attempts.ShouldBe(2);
        });

        bench.Wire.Attempts.Skip(1).Select(a => a.Headers["If-None-Match"]).ShouldBe(["\"a\"", "\"a\""]);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_304_about_something_else_is_asked_again_without_the_condition(bool synchronous)
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(
            CacheBench.Fresh("old", seconds: 1).Header("ETag", "\"a\""),
            ScriptedAnswer.Status(304).Header("ETag", "\"b\""),
            CacheBench.Fresh("new").Header("ETag", "\"b\""));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);
            using HttpRequestMessage request = CacheBench.Get();
            using var invoker = new HttpMessageInvoker(bench.Handler, disposeHandler: false);
            using HttpResponseMessage response = synchronous ? invoker.Send(request, default) : await invoker.SendAsync(request, default);

            (await response.Content.ReadAsStringAsync()).ShouldBe("new");
        });

        bench.Wire.Attempts[1].Headers["If-None-Match"].ShouldBe("\"a\"");
        bench.Wire.Attempts[2].Headers.ContainsKey("If-None-Match").ShouldBeFalse();
        bench.Wire.Undisposed.ShouldBe(0);
        (await bench.Time.RunAsync(() => bench.IsStoredAsync())).ShouldBeTrue();
    }
}
