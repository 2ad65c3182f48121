using System.Globalization;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Polly.Pretended;

namespace Handlers.Tests.Diagnostics;

public sealed class NeighboursTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("1", 1)]
    [InlineData("2", 1)]
    public async Task An_sdk_that_counts_its_own_retries_is_warned_about_once(string retryCount, int warnings)
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            client.DefaultRequestHeaders.Add("x-stainless-retry-count", retryCount);
            (await client.GetAsync("things")).Dispose();
            (await client.GetAsync("things")).Dispose();
        });

        bench.Log.Named("SdkRetriesToo").Count(e => e.Level == LogLevel.Warning && e.Text.Contains("x-stainless-retry-count", StringComparison.Ordinal)).ShouldBe(warnings);
    }

    [Theory]
    [InlineData("OpenAI/2.15.0 (.NET 10.0.12)", 0, 1)]
    [InlineData("OpenAI/2.15.0 (.NET 10.0.12)", 700, 1)]
    [InlineData("OpenAI/2.15.0 (.NET 10.0.12)", 1500, 0)]
    [InlineData("RestSharp/114.1.0.0", 0, 0)]
    [InlineData("acme/1.0", 0, 0)]
    public async Task An_sdk_that_sends_again_what_has_just_failed_is_warned_about_once(string agent, int pause, int warnings)
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(options => options.Retry.MaxRetries = 0));
        bench.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);

        await bench.Run(async client =>
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
            for (int i = 0; i < 3; i++)
            {
                using var body = new StringContent("{}");
                (await client.PostAsync("things", body)).Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(pause), bench.Time);
            }
        });

        bench.Log.Named("SdkRetriesToo").Count(e => e.Text.Contains("OpenAI/2.15.0 sent the same request again", StringComparison.Ordinal)).ShouldBe(warnings);
    }

    [Fact]
    public async Task Asking_again_for_what_is_not_there_yet_is_no_retry()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => HttpStatusCode.NotFound);

        await bench.Run(async client =>
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("X-Stainless-Lang", "csharp");
            (await client.GetAsync("things/1")).Dispose();
            (await client.GetAsync("things/1")).Dispose();
        });

        bench.Log.Named("SdkRetriesToo").ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_request_of_the_sdk_after_a_failure_is_no_retry()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(options => options.Retry.MaxRetries = 0));
        bench.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);

        await bench.Run(async client =>
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("X-Stainless-Lang", "csharp");
            foreach (string text in (string[])["1", "2", "3"])
            {
                using var body = new StringContent(text);
                (await client.PostAsync("things", body)).Dispose();
            }
        });

        bench.Log.Named("SdkRetriesToo").ShouldBeEmpty();
    }

    /// <summary>Nobody tells us an SDK's timeout; timers fire at whole seconds, or at the same age again, and people do not.</summary>
    [Theory]
    [InlineData("OpenAI/2.15.0", new[] { 10_000 }, 1)]
    [InlineData("RestSharp/114.1.0.0", new[] { 400, 410 }, 1)]
    [InlineData("OpenAI/2.15.0", new[] { 400, 2_300, 7_700 }, 0)]
    [InlineData("OpenAI/2.15.0", new[] { 30, 40, 35 }, 0)]
    [InlineData("acme/1.0", new[] { 10_000, 10_000 }, 0)]
    public async Task A_timeout_of_an_sdk_is_reported_when_it_fires(string agent, int[] ages, int warnings)
    {
        using var bench = new Bench();
        bench.Wire.Answers([.. ages.Select(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromMinutes(1)))]);

        await bench.Run(async client =>
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", agent);
            foreach (int age in ages)
            {
                using var timeout = new CancellationTokenSource(TimeSpan.FromMilliseconds(age), bench.Time);
                await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", timeout.Token));
            }
        });

        bench.Log.Named("SdkTimeoutFired").Count(e => e.Text.Contains(agent, StringComparison.Ordinal)).ShouldBe(warnings);
    }

    [Fact]
    public void Another_handler_that_retries_is_named_once_with_the_cure()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new ResilienceHandler()));

        bench.Create().Dispose();

        LogEntry warning = bench.Log.Named("RetriedTwice").ShouldHaveSingleItem();
        warning.Level.ShouldBe(LogLevel.Warning);
        warning.Text.ShouldContain("Polly.Pretended.ResilienceHandler");
        warning.Text.ShouldContain("RemoveResilienceHandlers()");
    }

    [Fact]
    public void A_handler_of_the_apps_own_is_none_of_our_business()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Own()));

        bench.Create().Dispose();

        bench.Log.Named("RetriedTwice").ShouldBeEmpty();
    }

    /// <summary>The client's timeout reaches us as the cancellation of the caller's token, at the client's timeout.</summary>
    [Theory]
    [InlineData(null, 5, 1)]
    [InlineData(50, 5, 1)]
    [InlineData(null, 3, 0)]
    public async Task A_timeout_of_the_client_set_after_us_is_reported_when_it_fires(int? retryAfter, int firesAt, int warnings)
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers().ConfigureHttpClient(http => http.Timeout = TimeSpan.FromSeconds(5)));
        if (retryAfter is { } seconds)
        {
            bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(seconds));
        }

        await bench.Run(async client =>
        {
            using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(firesAt), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("things", timeout.Token));
        });

        bench.Log.Named("ClientTimeoutFired").Count(e => e.Text.Contains("00:00:05", StringComparison.Ordinal)).ShouldBe(warnings);
    }

    private sealed class Own : DelegatingHandler;

    [Theory]
    [InlineData("00:00:05", "00:01:40", 1)]
    [InlineData("00:00:05", "none", 1)]
    [InlineData("00:00:05", "00:00:05", 0)]
    [InlineData("00:05:00", "00:01:40", 1)]
    [InlineData("00:01:40", "00:10:00", 0)] // the framework's own default: nobody meant it
    public void A_client_timeout_that_gives_way_to_another_deadline_is_warned_about_once(string timeout, string total, int warnings)
    {
        using var bench = new Bench(
            add: b => b.ConfigureHttpClient(client => client.Timeout = TimeSpan.Parse(timeout, CultureInfo.InvariantCulture)).AddResilienceHandlers(),
            settings: Settings.For("api", ("TotalTimeout", total)));

        bench.Create().Timeout.ShouldBe(Timeout.InfiniteTimeSpan);
        bench.Create().Timeout.ShouldBe(Timeout.InfiniteTimeSpan);

        bench.Log.Named("ClientTimeoutReplaced").Count(e => e.Level == LogLevel.Warning && e.Text.Contains(timeout, StringComparison.Ordinal)).ShouldBe(warnings);
    }
}
