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
}
