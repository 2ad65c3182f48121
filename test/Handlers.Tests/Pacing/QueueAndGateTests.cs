using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Pacing;

public sealed class QueueAndGateTests
{
    [Fact]
    public async Task A_call_that_sleeps_before_its_retry_holds_no_slot()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MaxConcurrency", "1"), ("Retry:Jitter", "0"), ("Retry:BaseDelay", "00:00:10")));
        bench.Wire.OnEach(a => a.Number == 1 ? ScriptedAnswer.Status(500).Body(new ScriptedBody().Text("x"), "text/plain") : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> sleeping = client.GetAsync("sleeping");
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            (await client.GetAsync("other")).Dispose();
            bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(1));
            (await sleeping).Dispose();
        });

        bench.Wire.Attempts.Select(a => a.Elapsed.TotalSeconds).ShouldBe([0, 1, 10]);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Theory]
    [InlineData("Pacing:MaxConcurrency", "1", "2")]
    [InlineData("Pacing:MaxConcurrency", "1", null)]
    [InlineData("Pacing:MinInterval", "00:00:50", "00:00:00.010")]
    [InlineData("Pacing:Limits", "1/minute", "1000/minute")]
    [InlineData("Pacing:Limits", "1/minute", "none")]
    [InlineData("Pacing:Groups:all:Limits", "1/minute", "none")]
    public async Task Who_waits_goes_at_once_when_an_edit_makes_room(string option, string before, string? after)
    {
        using var bench = new Bench(settings: Settings.For("api", (option, before), ("Pacing:Groups:all:Match", "GET /*")));
        bench.Wire.OnEach(attempt => attempt.Number == 1 ? ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(40)) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> slow = client.GetAsync("slow");
            Task<HttpResponseMessage> waiting = client.GetAsync("waiting");
            await Task.Delay(TimeSpan.FromSeconds(5), bench.Time);
            waiting.IsCompleted.ShouldBeFalse();

            bench.Settings.Edit(Settings.Key("api", option), after);

            (await waiting).Dispose();
            bench.Time.Elapsed.TotalSeconds.ShouldBeInRange(5, 5.1);
            (await slow).Dispose();
        });
    }

    [Fact]
    public async Task An_answer_of_no_bytes_holds_no_slot_although_nobody_disposes_of_it()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MaxConcurrency", "1")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(202).Body(new ScriptedBody()).Header("Content-Length", "0"));

        await bench.Run(async client =>
        {
            await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
            using HttpResponseMessage second = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);

            (await second.Content.ReadAsStringAsync()).ShouldBe("");
            second.Content.Headers.ContentLength.ShouldBe(0);
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    [Trait("Requirement", "E8")]
    public async Task A_bulkhead_lets_so_many_at_once_and_a_slot_is_held_until_the_body_ends()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MaxConcurrency", "3")));
        int now = 0;
        int most = 0;
        bench.Wire.OnEach(_ =>
        {
            most = Math.Max(most, ++now);
            return ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(1)).Body(new ScriptedBody().Text("a").Wait(TimeSpan.FromSeconds(1)).Text("b"));
        });

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 9).Select(async i =>
        {
            (await client.GetStringAsync($"things/{i}")).ShouldBe("ab");
            now--;
        })));

        most.ShouldBe(3);
        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(6));
    }

    [Fact]
    public async Task The_caller_gives_up_at_once_from_the_queue_and_nobody_waits_for_his_place()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MinInterval", "00:00:10")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("first")).Dispose();
            using var cts = new CancellationTokenSource(TimeSpan.FromSeconds(3), bench.Time);
            Task<HttpResponseMessage> givesUp = client.GetAsync("givesUp", cts.Token);
            Task<HttpResponseMessage> stays = client.GetAsync("stays");

            OperationCanceledException thrown = await Should.ThrowAsync<OperationCanceledException>(() => givesUp);

            thrown.CancellationToken.ShouldBe(cts.Token);
            bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
            (await stays).Dispose();
        });

        bench.Wire.Attempts.Select(a => (a.Uri.AbsolutePath, a.Elapsed.TotalSeconds)).ShouldBe([("/first", 0), ("/stays", 10)]);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Sat, 21 Nov 2026 11:59:58 GMT")]
    public async Task A_refusal_that_asks_for_no_wait_slows_everybody_down_all_the_same(string retryAfter)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(attempt => attempt.Elapsed > TimeSpan.FromSeconds(2)
            ? HttpStatusCode.OK
            : ScriptedAnswer.Status(429).Header("Retry-After", retryAfter).After(TimeSpan.FromMilliseconds(10)));

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20 * i), bench.Time);
            (await client.GetAsync("things")).Dispose();
        })));

        bench.Wire.Attempts.Count(attempt => attempt.Elapsed < TimeSpan.FromSeconds(2)).ShouldBeLessThan(10);
    }

    [Fact]
    public async Task The_caller_gives_up_at_once_from_a_closed_gate()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(50));

        await bench.Run(async client =>
        {
            using var cts = new CancellationTokenSource(TimeSpan.FromSeconds(3), bench.Time);

            OperationCanceledException thrown = await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", cts.Token));

            thrown.CancellationToken.ShouldBe(cts.Token);
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Wire.Undisposed.ShouldBe(0);
        bench.Time.ActiveTimers.ShouldBe(0);
    }

    [Fact]
    public async Task The_caller_of_send_gives_up_at_once_from_the_queue()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MinInterval", "00:00:10")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        using var cts = new CancellationTokenSource(TimeSpan.FromSeconds(3), bench.Time);

        await Should.ThrowAsync<OperationCanceledException>(() => bench.Time.RunSyncAsync(() =>
        {
            using HttpClient client = bench.Create();
            client.Send(new HttpRequestMessage(HttpMethod.Get, "first")).Dispose();
            return client.Send(new HttpRequestMessage(HttpMethod.Get, "second"), cts.Token);
        }));

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    /// <summary>A hint longer than we wait for: the answer goes to the caller, everybody else is told at once, and after MaxServerWait one may probe.</summary>
    [Fact]
    public async Task A_wait_of_a_day_is_reported_and_closes_the_gate_for_as_long_as_allowed()
    {
        using var bench = new Bench(settings: Settings.For("api", ("RateLimits:MaxServerWait", "00:10:00"), ("TotalTimeout", "00:01:00")));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(86400).Text("tomorrow")).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");
            response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
            response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromDays(1));
            (await response.Content.ReadAsStringAsync()).ShouldBe("tomorrow");

            QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(() => client.GetAsync("things"));
            refused.RetryAt!.Value.ShouldBeInRange(bench.Time.GetUtcNow().AddMinutes(10), bench.Time.GetUtcNow().AddMinutes(10).AddSeconds(1));
            bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);

            await Task.Delay(TimeSpan.FromSeconds(601), bench.Time);
            (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("2592000")]
    [InlineData("99999999999")]
    [InlineData("Fri, 31 Dec 9999 23:59:59 GMT")]
    public async Task Even_the_longest_hints_and_the_longest_allowed_wait_overflow_no_timer(string retryAfter)
    {
        using var bench = new Bench(settings: Settings.For("api", ("RateLimits:MaxServerWait", "31.00:00:00"), ("TotalTimeout", "none"), ("Retry:MaxRetries", "1")));
        bench.Wire.Answers(ScriptedAnswer.Status(429).Header("Retry-After", retryAfter)).OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        (bench.Wire.Attempts.Count == 1 || bench.Wire.Attempts[1].Elapsed >= TimeSpan.FromDays(30)).ShouldBeTrue();
    }
}
