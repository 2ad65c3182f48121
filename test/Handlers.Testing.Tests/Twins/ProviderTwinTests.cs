using System.Globalization;
using System.Net;

namespace Handlers.Testing.Tests.Twins;

public class ProviderTwinTests
{
    [Fact]
    public async Task An_attempt_is_early_when_it_left_after_the_refusal_and_came_before_its_instant()
    {
        using var bench = Limited(1, TimeSpan.FromSeconds(10));

        await bench.Run(async () =>
        {
            await bench.Get("a");
            HttpResponseMessage refusal = await bench.Get("a");
            refusal.Header("Retry-After").ShouldBe("10");
            await bench.Get("a");
            bench.Twin.Early.ShouldBe(1);
            await bench.Wait(9.85);
            (await bench.Get("a")).StatusCode.ShouldBe(HttpStatusCode.OK); // in time for the limit, early by the hint
            bench.Twin.Early.ShouldBe(2);
        });

        bench.Twin.Quotas["calls"].ShouldBe(new TwinQuotaCount(Admitted: 2, Refused: 2, Early: 2));
    }

    [Fact]
    public async Task What_was_under_way_when_the_refusal_came_is_not_early()
    {
        using var bench = Limited(1, TimeSpan.FromSeconds(10));

        await bench.Run(() => Task.WhenAll(Enumerable.Range(0, 5).Select(async i =>
        {
            await bench.Wait(0.01 * i);
            await bench.Get("a");
        })));

        bench.Twin.Refused.ShouldBe(4);
        bench.Twin.Early.ShouldBe(0);
    }

    [Fact]
    public async Task A_skewed_clock_changes_dates_and_nothing_else()
    {
        using var bench = Limited(1, TimeSpan.FromSeconds(10), options =>
        {
            options.ClockSkew = TimeSpan.FromHours(1);
            options.Hints = TwinHints.RetryAfterDate;
        });

        await bench.Run(async () =>
        {
            HttpResponseMessage ok = await bench.Get("a");
            ok.Headers.Date.ShouldBe(new DateTimeOffset(2026, 11, 21, 13, 0, 0, TimeSpan.Zero));
            HttpResponseMessage refusal = await bench.Get("a");
            refusal.Header("Retry-After").ShouldBe("Sat, 21 Nov 2026 13:00:11 GMT");
            await bench.Wait(10.87);
            await bench.Get("a");
        });

        bench.Twin.Early.ShouldBe(0);
        bench.Twin.Ok.ShouldBe(2);
    }

    [Fact]
    public async Task A_write_executed_twice_is_a_duplicate_even_when_its_answer_was_lost()
    {
        using var bench = Bench(options => options.Faults.Add(new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Times = 1 }));

        await bench.Run(async () =>
        {
            var lost = await Should.ThrowAsync<HttpRequestException>(() => bench.Post("things", """{"n":1}"""));
            lost.HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);
            bench.Twin.Executed.ShouldBe(1);
            await bench.Post("things", """{"n":1}""");
            await bench.Post("things", """{"n":2}""");
        });

        bench.Twin.DuplicateWrites.ShouldBe(1);
    }

    [Fact]
    public async Task A_cancelled_write_is_executed_all_the_same()
    {
        using var bench = Bench();

        await bench.Run(async () =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(50), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => bench.Client.PostAsync("things", content: null, patience.Token));
            await bench.Wait(1);
        });

        bench.Twin.Executed.ShouldBe(1);
    }

    [Fact]
    public async Task A_refused_connection_executes_nothing_and_leaves_the_body_alone()
    {
        using var bench = Bench(options => options.Faults.Add(new TwinFault(TwinFaultKind.ConnectionRefused) { Times = 1 }));

        await bench.Run(async () =>
        {
            var error = await Should.ThrowAsync<HttpRequestException>(() => bench.Post("things", "{}"));
            error.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
            await bench.Post("things", "{}");
        });

        bench.Twin.Arrived.ShouldBe(1);
        bench.Twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task An_outage_holds_from_one_instant_to_the_other()
    {
        using var bench = Bench(options => options.Faults.Add(TwinFault.Outage(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), retryAfter: TimeSpan.FromSeconds(1))));
        List<int> statuses = [];

        await bench.Run(async () =>
        {
            foreach (int _ in Enumerable.Range(0, 3))
            {
                HttpResponseMessage answer = await bench.Get("a");
                statuses.Add((int)answer.StatusCode);
                await bench.Wait(1);
            }
        });

        statuses.ShouldBe([200, 503, 200]);
        bench.Twin.Failed.ShouldBe(1);
    }

    [Fact]
    public async Task Random_faults_follow_the_seed()
    {
        int[] counts = [await Failures(1), await Failures(1), await Failures(2)];

        counts[1].ShouldBe(counts[0]);
        counts[0].ShouldBeInRange(250, 350);
        counts[2].ShouldBeInRange(250, 350);

        static async Task<int> Failures(int seed)
        {
            using var bench = Bench(options =>
            {
                options.Seed = seed;
                options.Faults.Add(TwinFault.Unavailable(0.3));
            });
            await bench.Run(() => Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => bench.Get("a"))));
            return bench.Twin.Failed;
        }
    }

    [Fact]
    public async Task Bodies_are_reset_stalled_or_slowed()
    {
        using var bench = Bench();

        await bench.Run(async () =>
        {
            bench.Twin.Inject(new TwinFault(TwinFaultKind.ResetInBody));
            await Should.ThrowAsync<HttpRequestException>(() => bench.Get("a"));
            bench.Twin.Heal();

            bench.Twin.Inject(new TwinFault(TwinFaultKind.SlowBody) { Bytes = 6 });
            TimeSpan before = bench.Time.Elapsed;
            string body = await bench.Client.GetStringAsync("a");
            (bench.Time.Elapsed - before).ShouldBeGreaterThan(TimeSpan.FromSeconds((body.Length / 6) - 1));
            bench.Twin.Heal();

            bench.Twin.Inject(new TwinFault(TwinFaultKind.StalledBody));
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1), bench.Time);
            HttpResponseMessage stalled = await bench.Client.GetAsync("a", HttpCompletionOption.ResponseHeadersRead, patience.Token);
            stalled.Content.Headers.ContentLength.ShouldBe(body.Length);
            await Should.ThrowAsync<OperationCanceledException>(() => stalled.Content.ReadAsStringAsync(patience.Token));
        });

        bench.Twin.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task Capacity_refuses_the_excess_and_ramps()
    {
        using var bench = Bench(options => options.Capacities.Add(new TwinCapacity(10) { RampTo = 50, RampUntil = TimeSpan.FromSeconds(10) }));
        int[] ok = new int[12];

        await bench.Run(() => Task.WhenAll(Enumerable.Range(0, 1200).Select(async i =>
        {
            await bench.Wait(i / 100.0);
            HttpResponseMessage answer = await bench.Get("a");
            if (answer.IsSuccessStatusCode)
            {
                Interlocked.Increment(ref ok[i / 100]);
            }
        })));

        ok[0].ShouldBeInRange(10, 15);
        ok[5].ShouldBeInRange(28, 38);
        ok[11].ShouldBeInRange(49, 51);
    }

    [Fact]
    public async Task An_answer_nobody_reads_or_disposes_is_counted()
    {
        using var bench = Bench();

        await bench.Run(async () => await bench.Client.GetAsync("a", HttpCompletionOption.ResponseHeadersRead));

        bench.Twin.Undisposed.ShouldBe(1);
    }

    [Fact]
    public async Task Synchronous_calls_take_their_time_too()
    {
        using var bench = Bench();
        using var request = new HttpRequestMessage(HttpMethod.Get, "a");

        int status = await bench.Time.RunSyncAsync(() => (int)bench.Client.Send(request).StatusCode);

        status.ShouldBe(200);
        bench.Time.Elapsed.ShouldBe(TimeSpan.FromMilliseconds(140));
    }

    [Fact]
    public async Task A_repeated_key_is_executed_once_and_answered_as_before()
    {
        using var bench = Bench(options => options.IdempotencyHeader = "Idempotency-Key");
        bench.Client.DefaultRequestHeaders.Add("Idempotency-Key", "k1");

        await bench.Run(async () =>
        {
            HttpResponseMessage first = await bench.Post("things", """{"n":1}""");
            HttpResponseMessage again = await bench.Post("things", """{"n":1}""");
            HttpResponseMessage other = await bench.Post("things", """{"n":2}""");

            (await again.Content.ReadAsStringAsync()).ShouldBe(await first.Content.ReadAsStringAsync());
            again.Header("Idempotent-Replayed").ShouldBe("true");
            other.StatusCode.ShouldBe(HttpStatusCode.UnprocessableEntity);
        });

        bench.Twin.Executed.ShouldBe(1);
        bench.Twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task A_key_is_forgotten_in_its_time()
    {
        using var bench = Bench(options =>
        {
            options.IdempotencyHeader = "Idempotency-Key";
            options.KeysKeptFor = TimeSpan.FromSeconds(10);
        });
        bench.Client.DefaultRequestHeaders.Add("Idempotency-Key", "k1");

        await bench.Run(async () =>
        {
            await bench.Post("things", """{"n":1}""");
            await bench.Wait(9);
            await bench.Post("things", """{"n":1}""");
            bench.Twin.Executed.ShouldBe(1);
            await bench.Wait(1);
            await bench.Post("things", """{"n":1}""");
        });

        bench.Twin.Executed.ShouldBe(2);
        bench.Twin.DuplicateWrites.ShouldBe(1);
    }

    [Fact]
    public async Task Arrivals_are_seen_admitted_or_not()
    {
        List<string> seen = [];
        using var bench = Limited(1, TimeSpan.FromSeconds(10), options => options.OnArrival = request => seen.Add(request.Path));

        await bench.Run(async () =>
        {
            await bench.Get("a");
            await bench.Get("b");
        });

        seen.ShouldBe(["/a", "/b"]);
        bench.Twin.Refused.ShouldBe(1);
    }

    [Fact]
    public async Task RateLimit_fields_tell_each_limit()
    {
        using var bench = Bench(options =>
        {
            options.Hints = TwinHints.RateLimit;
            options.Limits.Add(new TwinLimit("burst", 10, TimeSpan.FromSeconds(1)));
            options.Limits.Add(new TwinLimit("hourly", 100, TimeSpan.FromHours(1)) { Kind = TwinLimitKind.Window, InPoints = true });
        });
        bench.Client.DefaultRequestHeaders.Add("X-Cost", "4");

        await bench.Run(async () =>
        {
            HttpResponseMessage answer = await bench.Get("a");
            answer.Header("RateLimit-Policy").ShouldBe("\"burst\";q=10;w=1, \"hourly\";q=100;w=3600");
            answer.Header("RateLimit").ShouldBe("\"burst\";r=9;t=1, \"hourly\";r=96;t=3601");
        });
    }

    [Fact]
    public async Task The_same_seed_gives_the_same_log()
    {
        string[] logs = [await Log(3), await Log(3), await Log(4)];

        (logs[1] == logs[0]).ShouldBeTrue();
        (logs[2] == logs[0]).ShouldBeFalse();

        static async Task<string> Log(int seed)
        {
            var time = new VirtualTime();
            var options = new GenericTwinOptions { Seed = seed, Faults = { TwinFault.Unavailable(0.2) }, Limits = { new TwinLimit("calls", 20, TimeSpan.FromSeconds(1)) } };
            using var twin = new GenericTwin(options, time);
            using var client = new HttpClient(twin) { BaseAddress = twin.BaseAddress };
            await time.RunAsync(() => Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(i), time);
                using HttpResponseMessage answer = await client.GetAsync("a");
            })));
            return string.Join('\n', twin.Log.Select(static line => string.Create(CultureInfo.InvariantCulture, $"{line}")));
        }
    }

    private static TwinBench<GenericTwin> Limited(double amount, TimeSpan period, Action<GenericTwinOptions>? configure = null) => Bench(options =>
    {
        options.Limits.Add(new TwinLimit("calls", amount, period));
        configure?.Invoke(options);
    });

    private static TwinBench<GenericTwin> Bench(Action<GenericTwinOptions>? configure = null)
    {
        var options = new GenericTwinOptions { NetworkSpread = TimeSpan.Zero };
        configure?.Invoke(options);
        return new TwinBench<GenericTwin>(time => new GenericTwin(options, time));
    }
}
