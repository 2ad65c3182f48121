using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pacing;

/// <summary>The same limits, spent with different intent. All that waits is sent in the end; when is what the tests look at.</summary>
public class PacingModeTests
{
    [Theory]
    [InlineData("60/minute")]
    [InlineData("60/minute; burst 30")]
    [InlineData("60/minute; bucket")]
    public async Task Smooth_spaces_a_burst_at_the_rate_of_the_limit(string limit)
    {
        using Bench bench = With("Smooth", limit);

        double[] starts = await Starts(bench, 10);

        starts.ShouldBe([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    [Fact]
    public async Task Without_a_mode_the_same_burst_goes_at_once()
    {
        using Bench bench = With(mode: null, "60/minute");

        double[] starts = await Starts(bench, 10);

        starts.ShouldAllBe(start => start == 0);
    }

    [Fact]
    public async Task Smooth_spreads_what_is_left_of_a_window_over_the_time_that_is_left_of_it()
    {
        using Bench bench = With("Smooth", "31/minute; window");

        double[] starts = [];
        await bench.Run(async client =>
        {
            await Task.Delay(TimeSpan.FromSeconds(28), bench.Time);
            starts = await Starts(bench, client, 31 + 31);
        });

        // What leaves in the last second counts as the next window's, too: the 31 go within 31 seconds.
        Gaps(starts[..31]).ShouldAllBe(gap => gap > 0.9 && gap < 1.1);
        starts[30].ShouldBeLessThan(59);
        starts[31].ShouldBeGreaterThanOrEqualTo(59);
        Gaps(starts[32..]).ShouldAllBe(gap => gap > 1.8 && gap < 2.1);
    }

    [Fact]
    public async Task Smooth_follows_a_window_that_only_answers_announce()
    {
        GitHubTwin? twin = null;
        using var bench = new Bench(
            "github",
            http => http.ConfigurePrimaryHttpMessageHandler(() => twin!).AddResilienceHandlers(),
            Settings.For("github", ("Pacing:Mode", "Smooth"), ("TotalTimeout", "none"), ("Caching:Enabled", "false")));
        using GitHubTwin github = twin = new GitHubTwin(
            new GitHubTwinOptions { CoreLimit = 500, Window = TimeSpan.FromSeconds(100), PointsLimit = 100_000, MaxConcurrent = 100_000 }, bench.Time);

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 1000).Select(async _ =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(github.BaseAddress, "repos/octo/hello/issues"));
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer token");
            request.Headers.TryAddWithoutValidation("User-Agent", "tests");
            (await client.SendAsync(request)).Dispose();
        })));

        github.Refused.ShouldBe(0);
        TimeSpan[] arrivals = [.. github.Log.Where(e => e.Kind == TwinEventKind.Arrived).Select(e => e.At)];
        arrivals.Count(at => at < TimeSpan.FromSeconds(50)).ShouldBeInRange(245, 255);
        bench.Time.Elapsed.TotalSeconds.ShouldBeInRange(198, 204);
    }

    [Fact]
    public async Task Smooth_lets_no_burst_build_up_while_nobody_calls()
    {
        using Bench bench = With("Smooth", "60/minute");

        double[] starts = [];
        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(30), bench.Time);
            starts = await Starts(bench, client, 4);
        });

        starts.ShouldBe([0, 30, 31, 32, 33]);
    }

    [Fact]
    public async Task Smooth_holds_for_each_unit_by_what_is_spent_of_it()
    {
        using Bench bench = With("Smooth", "60/minute, 6000 tokens/minute");
        var large = new CallOptions { Cost = new Cost(1, Tokens: 500) };
        var small = new CallOptions { Cost = new Cost(1, Tokens: 10) };

        await bench.Run(client => Task.WhenAll(Send(client, small), Send(client, large), Send(client, small), Send(client, small)));

        StartsOf(bench).ShouldBe([0, 1, 6, 7]);
    }

    [Fact]
    public async Task Smooth_lets_many_a_second_go_in_spite_of_coarse_timers()
    {
        using Bench bench = With("Smooth", "5000/second");

        double[] starts = await Starts(bench, 5000);

        starts[^1].ShouldBeInRange(0.99, 1.0);
    }

    [Fact]
    public async Task A_late_urgent_call_waits_a_moment_instead_of_for_the_end_of_the_window()
    {
        (await UrgentWait("FinishSoonest")).ShouldBeGreaterThan(3000);
        (await UrgentWait("Smooth")).ShouldBeLessThan(1);
    }

    [Fact]
    public async Task Smooth_tells_those_who_wait_when_they_will_go()
    {
        using Bench bench = With("Smooth", "60/minute");
        var told = new ToldEvents();

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Send(client, new CallOptions { Progress = told }))));

        ResilienceEvent[] queued = [.. told.All.Where(e => e.Kind == ResilienceEventKind.Queued)];
        queued.Select(e => e.Delay!.Value.TotalSeconds).ShouldBe([1, 2, 3, 4]);
        queued.ShouldAllBe(e => e.Cause == "60/minute, spread evenly");
    }

    [Fact]
    public async Task Smooth_refuses_at_once_who_would_wait_for_too_long()
    {
        using Bench bench = With("Smooth", "60/minute", ("MaxWait", "00:00:02.5"));

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 5).Select(async i =>
        {
            Task sending = Send(client, options: null);
            if (i > 2)
            {
                QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(() => sending);
                refused.RetryAt.ShouldBe(bench.Time.GetUtcNow().AddSeconds(3));
            }
            else
            {
                await sending;
            }
        })));

        StartsOf(bench).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task The_mode_changes_while_calls_wait_and_what_was_used_stays_used()
    {
        using Bench bench = With("Smooth", "60/minute");

        await bench.Run(async client =>
        {
            Task burst = Starts(bench, client, 70);
            await Task.Delay(TimeSpan.FromSeconds(9.5), bench.Time);
            bench.Settings.Edit(Settings.Key("api", "Pacing:Mode"), "FinishSoonest");
            await burst;
        });

        double[] starts = StartsOf(bench);
        starts.Count(start => start <= 9.4).ShouldBeInRange(5, 20);
        starts.Count(start => start < 60).ShouldBe(60);
        starts[59].ShouldBeInRange(9.5, 9.6);
    }

    [Fact]
    public async Task Clients_that_share_a_quota_go_evenly_when_one_of_them_wants_it()
    {
        Dictionary<string, string?> settings = Settings.For("api", ("Provider", "generic"), ("Account", "acme"), ("Pacing:Limits", "60/minute"), ("Pacing:Mode", "Smooth"));
        foreach ((string key, string? value) in Settings.For("other", ("Provider", "generic"), ("Account", "acme"), ("Pacing:Limits", "60/minute")))
        {
            settings[key] = value;
        }

        Bench? wired = null;
        using Bench bench = wired = new Bench(settings: settings, services: services => services
            .AddHttpClient("other", http => http.BaseAddress = new Uri("https://api.example/")).ConfigurePrimaryHttpMessageHandler(() => wired!.Wire).AddResilienceHandlers());
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpClient other = bench.Services.GetRequiredService<IHttpClientFactory>().CreateClient("other");
            await Task.WhenAll(Send(client, options: null), Send(other, options: null), Send(other, options: null));
        });

        StartsOf(bench).ShouldBe([0, 1, 2]);
    }

    [Fact]
    public async Task Reserve_leaves_its_share_to_interactive_calls()
    {
        using Bench bench = With("Reserve", "10/minute", ("ReservePercent", "30"));

        await bench.Run(async client =>
        {
            Task ordinary = Starts(bench, client, 9);
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            StartsOf(bench).Length.ShouldBe(7);

            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Send(client, Interactive)));
            StartsOf(bench).ShouldBe([0, 0, 0, 0, 0, 0, 0, 1, 1, 1]);
            await ordinary;
        });

        StartsOf(bench)[10..].ShouldBe([60, 60]);
    }

    [Theory]
    [InlineData("Pacing:Mode", "FinishSoonest", 2)]
    [InlineData("Pacing:ReservePercent", "10", 1)]
    public async Task What_is_reserved_changes_while_calls_wait(string option, string value, int gone)
    {
        using Bench bench = With("Reserve", "10/minute");

        await bench.Run(async client =>
        {
            Task ordinary = Starts(bench, client, 12);
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            bench.Settings.Edit(Settings.Key("api", option), value);
            await bench.Time.SettleAsync();

            StartsOf(bench).Count(start => start == 1).ShouldBe(gone);
            bench.Services.GetRequiredService<IResilienceMonitor>().Explain("api").Count.ShouldBe(4 - gone);
            await ordinary;
        });
    }

    [Fact]
    [Trait("Requirement", "D6")]
    public async Task Reserve_keeps_an_hours_quota_open_for_people()
    {
        using Bench bench = With("Reserve", "100/hour; window");

        double[] waits = [];
        await bench.Run(async client =>
        {
            Task job = Starts(bench, client, 150);
            waits = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
            {
                await Task.Delay(TimeSpan.FromMinutes(1 + (2 * i)), bench.Time);
                TimeSpan before = bench.Time.Elapsed;
                await Send(client, Interactive);
                return (bench.Time.Elapsed - before).TotalSeconds;
            }));
            await job;
        });

        waits.ShouldAllBe(wait => wait == 0);
        StartsOf(bench).Count(start => start < 3600).ShouldBe(100);
    }

    [Fact]
    public async Task Reserve_keeps_slots_of_a_bulkhead()
    {
        using Bench bench = With("Reserve", limits: null, ("MaxConcurrency", "5"));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(10)));

        await bench.Run(async client =>
        {
            Task ordinary = Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Send(client, options: null)));
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            await Task.WhenAll(Send(client, Interactive), ordinary);
        });

        StartsOf(bench).ShouldBe([0, 0, 0, 0, 1, 10, 10]);
    }

    [Fact]
    public async Task Reserve_refuses_at_once_who_would_wait_for_too_long_and_says_why()
    {
        using Bench bench = With("Reserve", "10/minute", ("MaxWait", "00:00:05"));

        await bench.Run(async client =>
        {
            await Starts(bench, client, 8);

            QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(() => Send(client, options: null));

            refused.Reason.ShouldBe(QuotaRefusalReason.WouldMissDeadline);
            refused.RetryAt.ShouldBe(bench.Time.GetUtcNow().AddSeconds(60));
            refused.Message.ShouldContain("10/minute");
            await Send(client, Interactive);
        });
    }

    [Fact]
    public async Task Reserve_lets_a_call_go_that_is_larger_than_the_rest_when_nothing_else_is_taken()
    {
        using Bench bench = With("Reserve", "100 tokens/minute", ("ReservePercent", "50"));

        await bench.Run(async client =>
        {
            await Send(client, new CallOptions { Cost = new Cost(1, Tokens: 10) });
            await Send(client, new CallOptions { Cost = new Cost(1, Tokens: 90) });
        });

        StartsOf(bench).ShouldBe([0, 60]);
    }

    private static CallOptions Interactive => new() { Priority = CallPriority.Interactive };

    private static async Task<double> UrgentWait(string mode)
    {
        using Bench bench = With(mode, "5000/hour; bucket, 5000/hour");
        double waited = 0;
        await bench.Run(async client =>
        {
            using var stop = new CancellationTokenSource();
            Task job = Task.WhenAll(Enumerable.Range(0, 6000).Select(async _ =>
            {
                try
                {
                    (await client.GetAsync("things", stop.Token)).Dispose();
                }
                catch (OperationCanceledException)
                {
                    // The test has seen enough.
                }
            }));
            await Task.Delay(TimeSpan.FromMinutes(5), bench.Time);
            TimeSpan before = bench.Time.Elapsed;
            await Send(client, Interactive);
            waited = (bench.Time.Elapsed - before).TotalSeconds;
            await stop.CancelAsync();
            await job;
        });
        return waited;
    }

    private static Bench With(string? mode, string? limits = null, params (string Option, string Value)[] pacing)
    {
        var options = new List<(string, string)> { ("TotalTimeout", "none"), ("Caching:Enabled", "false") };
        options.AddRange(pacing.Select(p => ($"Pacing:{p.Option}", p.Value)));
        if (mode is not null)
        {
            options.Add(("Pacing:Mode", mode));
        }

        if (limits is not null)
        {
            options.Add(("Pacing:Limits", limits));
        }

        var bench = new Bench(settings: Settings.For("api", [.. options]));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        return bench;
    }

    private static async Task<double[]> Starts(Bench bench, int count)
    {
        await bench.Run(client => Starts(bench, client, count));
        return StartsOf(bench);
    }

    private static async Task<double[]> Starts(Bench bench, HttpClient client, int count)
    {
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Send(client, options: null)));
        return StartsOf(bench);
    }

    private static double[] StartsOf(Bench bench) => [.. bench.Wire.Attempts.Select(a => a.Elapsed.TotalSeconds)];

    private static IEnumerable<double> Gaps(double[] starts) => starts.Skip(1).Zip(starts, static (later, earlier) => later - earlier);

    private static async Task Send(HttpClient client, CallOptions? options)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "things");
        if (options is not null)
        {
            request.SetCallOptions(options);
        }

        (await client.SendAsync(request)).Dispose();
    }
}
