using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Requirements;

/// <summary>The limiters of a resilience kit for agents, with that kit's numbers, and a person's call before background work; all from configuration.</summary>
public sealed class LimitersTests
{
    [Fact]
    [Trait("Requirement", "C2")]
    public async Task A_token_bucket_lets_a_burst_go_and_refills_evenly()
    {
        using var bench = new Bench(settings: Limits("100/60s; burst 20"));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(client => Send(client, 60));

        double[] left = Left(bench);
        left.Count(at => at < 0.5).ShouldBe(20);
        left.Skip(20).Select((at, i) => at - (0.6 * (i + 1))).ShouldAllBe(late => late >= 0 && late < 0.1);
    }

    [Fact]
    [Trait("Requirement", "C2")]
    public async Task A_sliding_window_holds_in_every_minute_wherever_it_begins()
    {
        using var bench = new Bench(settings: Limits("100/60s"));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            await Send(client, 60);
            await Task.Delay(TimeSpan.FromSeconds(40), bench.Time);
            await Send(client, 90);
        });

        double[] left = Left(bench);
        left.ShouldAllBe(at => left.Count(other => other >= at && other < at + 60) <= 100);
        left[100].ShouldBe(60, tolerance: 0.1);
    }

    [Fact]
    [Trait("Requirement", "C2")]
    public async Task An_adaptive_limit_starts_at_its_base_and_grows_by_a_fifth_up_to_its_most()
    {
        using var bench = new Bench(settings: Limits("100/minute; adaptive 10..200"));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(client => Flood(bench, client, TimeSpan.FromMinutes(8)));

        int[] minutes = ByMinute(bench);
        minutes[0].ShouldBe(100);
        minutes.Max().ShouldBeLessThanOrEqualTo(200);
        minutes[6].ShouldBe(200);
        AmountOf(bench).ShouldBe(200);
    }

    [Fact]
    [Trait("Requirement", "C2")]
    public async Task An_adaptive_limit_falls_by_a_fifth_when_more_than_a_tenth_fails_down_to_its_least()
    {
        using var bench = new Bench(settings: Limits("100/minute; adaptive 10..200"));
        bench.Wire.OnEach(a => a.Number % 4 == 0 ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);

        await bench.Run(client => Flood(bench, client, TimeSpan.FromMinutes(3.5)));
        long after = AmountOf(bench);
        await bench.Run(client => Flood(bench, client, TimeSpan.FromMinutes(20)));

        after.ShouldBeInRange(50, 52, "100, 80, 64, 51");
        AmountOf(bench).ShouldBe(10);
    }

    [Fact]
    [Trait("Requirement", "C2")]
    public async Task An_adaptive_limit_bears_a_tenth_of_failures()
    {
        using var bench = new Bench(settings: Limits("100/minute; adaptive 10..200"));
        bench.Wire.OnEach(a => a.Number % 11 == 0 ? HttpStatusCode.InternalServerError : HttpStatusCode.OK);

        await bench.Run(client => Flood(bench, client, TimeSpan.FromMinutes(1.5)));

        AmountOf(bench).ShouldBe(120);
    }

    [Fact]
    [Trait("Requirement", "C2")]
    public async Task An_adaptive_limit_falls_once_however_many_are_refused_together()
    {
        using var bench = new Bench(settings: Limits("100/minute; adaptive 10..200"));
        bench.Wire.OnEach(a => a.Number > 60 && a.Number <= 100
            ? ScriptedAnswer.Status(429).RetryAfter(5).After(TimeSpan.FromMilliseconds(50 + a.Number))
            : ScriptedAnswer.Status(200).After(TimeSpan.FromMilliseconds(100)));

        await bench.Run(async client =>
        {
            await Send(client, 100);
            AmountOf(bench).ShouldBe(80);
        });

        bench.Wire.Attempts.Count.ShouldBe(140, "the refused ones went again, later");
    }

    [Fact]
    [Trait("Requirement", "C2")]
    public async Task What_was_learned_outlives_a_reload_and_stays_in_new_bounds()
    {
        using var bench = new Bench(settings: Limits("100/minute; adaptive 10..200"));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        await bench.Run(client => Flood(bench, client, TimeSpan.FromMinutes(2.5)));

        bench.Settings.Edit("ResilienceHandlers:Clients:api:Retry:MaxRetries", "2");
        await bench.Run(client => Send(client, 1));
        long kept = AmountOf(bench);
        bench.Settings.Edit("ResilienceHandlers:Clients:api:Pacing:Limits", "100/minute; adaptive 10..120");
        await bench.Run(client => Send(client, 1));

        kept.ShouldBe(173, "100, 120, 144, 173: it went on growing");
        AmountOf(bench).ShouldBe(120);
    }

    [Fact]
    [Trait("Requirement", "B6")]
    public async Task Without_any_limit_it_learns_from_Retry_After_and_from_what_went_before()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "9"), ("Caching:Enabled", "false")));
        var second = new Queue<TimeSpan>();
        bench.Wire.OnEach(a =>
        {
            while (second.TryPeek(out TimeSpan oldest) && oldest <= a.Elapsed - TimeSpan.FromSeconds(1))
            {
                second.Dequeue();
            }

            if (second.Count >= 20)
            {
                return ScriptedAnswer.Status(429).RetryAfter(1);
            }

            second.Enqueue(a.Elapsed);
            return ScriptedAnswer.Status(200).After(TimeSpan.FromMilliseconds(100));
        });

        int ok = 0;
        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 1500).Select(async i =>
        {
            await Task.Delay(TimeSpan.FromMilliseconds(40 * i), bench.Time);
            using HttpResponseMessage? response = await TrySend(client);
            ok += response is { StatusCode: HttpStatusCode.OK } ? 1 : 0;
        })));

        ok.ShouldBe(1500, "60 s of 25 a second at 20 a second: everybody can wait");
        bench.Wire.Attempts.Count.ShouldBeLessThan(1550);
        bench.Time.Elapsed.TotalSeconds.ShouldBeLessThan(100);
    }

    [Fact]
    [Trait("Requirement", "D6")]
    public async Task A_persons_request_goes_before_background_work_that_has_been_waiting()
    {
        using var bench = new Bench("gemini", settings: Settings.For("gemini", ("Pacing:Limits", "6/minute; bucket"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            var background = new CallOptions { Priority = CallPriority.Background };
            Task work = Task.WhenAll(Enumerable.Range(0, 30).Select(i => Send(client, $"work/{i}", background)));
            await Task.Delay(TimeSpan.FromSeconds(95), bench.Time);

            TimeSpan asked = bench.Time.Elapsed;
            await Send(client, "person", new CallOptions { Priority = CallPriority.Interactive });

            (bench.Time.Elapsed - asked).TotalSeconds.ShouldBeLessThan(10.5, "the next place, not the last of those for which work waits");
            await work;
        });

        bench.Wire.Attempts.Count.ShouldBe(31);
    }

    [Fact]
    [Trait("Requirement", "D6")]
    public async Task Background_work_leaves_room_for_the_persons_requests_that_come_all_the_time()
    {
        using var bench = new Bench("gemini", settings: Settings.For("gemini", ("Pacing:Limits", "10/second"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromMilliseconds(100)));
        var waits = new List<double>();

        await bench.Run(async client =>
        {
            Task work = Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => Send(client, "work", new CallOptions { Priority = CallPriority.Background })));
            await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(250 * i), bench.Time);
                TimeSpan asked = bench.Time.Elapsed;
                await Send(client, "person", new CallOptions { Priority = CallPriority.Interactive });
                waits.Add((bench.Time.Elapsed - asked).TotalSeconds - 0.1);
            }));
            await work;
        });

        waits.Order().ElementAt(190).ShouldBeLessThan(0.5);
        bench.Wire.Attempts.Count.ShouldBe(1200);
    }

    private static Dictionary<string, string?> Limits(string limits) => Settings.For(
        "api", ("Pacing:Limits", limits), ("TotalTimeout", "none"), ("Retry:MaxRetries", "3"), ("Retry:Jitter", "0"), ("Caching:Enabled", "false"), ("CircuitBreaker:Enabled", "false"));

    private static double[] Left(Bench bench) => [.. bench.Wire.Attempts.Select(a => a.Elapsed.TotalSeconds)];

    private static int[] ByMinute(Bench bench) =>
        [.. Left(bench).GroupBy(at => (int)(at / 60)).OrderBy(minute => minute.Key).Select(minute => minute.Count())];

    private static long AmountOf(Bench bench) =>
        bench.Services.GetRequiredService<IResilienceMonitor>().Quotas.Single(q => q.Limits.Length > 0).Limits.Single().Capacity;

    private static Task Send(HttpClient client, int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => Send(client, "things", new CallOptions())));

    private static async Task Send(HttpClient client, string path, CallOptions options)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.SetCallOptions(options);
        using HttpResponseMessage response = await client.SendAsync(request);
        _ = response.StatusCode;
    }

    private static async Task<HttpResponseMessage?> TrySend(HttpClient client, CancellationToken cancellationToken = default)
    {
        try
        {
            return await client.GetAsync("things", cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>Always more calls than may go, until a time has passed.</summary>
    private static async Task Flood(Bench bench, HttpClient client, TimeSpan time)
    {
        using var end = new CancellationTokenSource(time, bench.Time);
        await Task.WhenAll(Enumerable.Range(0, 250).Select(async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                using HttpResponseMessage? response = await TrySend(client, end.Token);
            }
        }));
    }
}
