using System.Globalization;
using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pacing;

/// <summary>A million tokens a minute: the cost is known before sending, the pace can be slowed before they are gone, and the ledger says when they will be.</summary>
[Trait("Requirement", "D5")]
public sealed class TokenBudgetTests
{
    [Theory]
    [InlineData("1000000 tokens/minute")]
    [InlineData("1000000 tokens/minute; window")]
    [InlineData("1000000 tokens/minute; bucket")]
    public async Task Says_when_the_budget_will_be_spent(string limit)
    {
        using Bench bench = With(limit);
        IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();
        DateTimeOffset? foretold = null;
        DateTimeOffset? spent = null;

        await bench.Run(async client =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), bench.Time);
            await Complete(client, tokens: 20_000);
            Tokens(monitor).SpentAt.ShouldBeNull();
            for (int i = 1; spent is null; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), bench.Time);
                DateTimeOffset sent = bench.Time.GetUtcNow();
                await Complete(client, tokens: 20_000);
                spent = bench.Time.GetUtcNow() - sent > TimeSpan.FromSeconds(0.2) ? sent : null;
                foretold = i == 20 ? Tokens(monitor).SpentAt : foretold;
            }
        });

        (foretold!.Value - spent!.Value).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public async Task Says_when_a_budget_will_be_spent_that_only_answers_announce()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("TotalTimeout", "none"), ("Caching:Enabled", "false")));
        double left = 1_000_000;
        TimeSpan at = TimeSpan.Zero;
        bench.Wire.OnEach(_ =>
        {
            left = Math.Min(1_000_000, left + ((bench.Time.Elapsed - at).TotalSeconds * 1_000_000 / 60)) - 20_000;
            at = bench.Time.Elapsed;
            return ScriptedAnswer.Status(200)
                .Header("x-ratelimit-limit-tokens", "1000000")
                .Header("x-ratelimit-remaining-tokens", ((long)left).ToString(CultureInfo.InvariantCulture))
                .Header("x-ratelimit-reset-tokens", string.Create(CultureInfo.InvariantCulture, $"{(1_000_000 - left) * 60 / 1_000_000:0.###}s"));
        });
        IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();

        await bench.Run(async client =>
        {
            await Complete(client, tokens: 20_000);
            _ = monitor.Quotas;
            for (int i = 0; i < 20; i++)
            {
                await Task.Delay(TimeSpan.FromSeconds(0.5), bench.Time);
                await Complete(client, tokens: 20_000);
            }
        });

        // 40,000 a second go, 16,667 come back.
        double seconds = (Tokens(monitor).SpentAt!.Value - bench.Time.GetUtcNow()).TotalSeconds;
        seconds.ShouldBe(left / (40_000 - (1_000_000 / 60.0)), tolerance: 2);
    }

    [Fact]
    public async Task Says_that_a_budget_is_spent()
    {
        using Bench bench = With("100000 tokens/minute");
        IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();

        await bench.Run(async client =>
        {
            await Complete(client, tokens: 99_999, exactly: true);
            Tokens(monitor).SpentAt.ShouldBeNull();
            await Complete(client, tokens: 1, exactly: true);
            Tokens(monitor).SpentAt.ShouldBe(bench.Time.GetUtcNow());
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_pace_that_can_go_on_spends_no_budget(int everySeconds)
    {
        using Bench bench = With("1000000 tokens/minute");
        IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();

        await bench.Run(async client =>
        {
            for (int i = 0; i < 100; i++)
            {
                await Complete(client, tokens: 16_000);
                await Task.Delay(TimeSpan.FromSeconds(everySeconds), bench.Time);
                Tokens(monitor).SpentAt.ShouldBeNull();
            }
        });
    }

    [Fact]
    public async Task Who_stops_spending_is_told_of_no_end()
    {
        using Bench bench = With("1000000 tokens/minute; window");
        IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();

        await bench.Run(async client =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), bench.Time);
            _ = monitor.Quotas;
            await Complete(client, tokens: 20_000);
            _ = monitor.Quotas;
            for (int i = 0; i < 10; i++)
            {
                await Complete(client, tokens: 50_000);
            }

            Tokens(monitor).SpentAt.ShouldNotBeNull();
            await Task.Delay(TimeSpan.FromSeconds(40), bench.Time);
            Tokens(monitor).SpentAt.ShouldBeNull();
        });
    }

    [Fact]
    public async Task The_pace_is_slowed_before_the_budget_is_spent()
    {
        using Bench bench = With("1000000 tokens/minute; window", ("Pacing:Mode", "Smooth"));
        IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();
        double urgent = 0;

        await bench.Run(async client =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            Task batch = Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Complete(client, tokens: 20_000)));
            await Task.Delay(TimeSpan.FromSeconds(29), bench.Time);
            Tokens(monitor).Free.ShouldBeInRange(450_000, 550_000);

            TimeSpan before = bench.Time.Elapsed;
            await Complete(client, tokens: 20_000, CallPriority.Interactive);
            urgent = (bench.Time.Elapsed - before).TotalSeconds;
            await batch;
        });

        urgent.ShouldBeLessThan(1.5);
        bench.Time.Elapsed.TotalSeconds.ShouldBeInRange(118, 124);
    }

    private static LimitSnapshot Tokens(IResilienceMonitor monitor) =>
        monitor.Quotas.SelectMany(quota => quota.Limits).Single(limit => limit.Unit == LimitUnit.Tokens);

    private static Bench With(string limit, params (string Option, string Value)[] more)
    {
        var bench = new Bench("openai", settings: Settings.For("openai", [("Pacing:Limits", limit), ("TotalTimeout", "none"), ("Caching:Enabled", "false"), .. more]));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        return bench;
    }

    /// <summary>A completion of which the caller says what it will cost at most: the plan reserves that, with the little that the question takes.</summary>
    private static async Task Complete(HttpClient client, int tokens, CallPriority priority = CallPriority.Normal, bool exactly = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions");
        request.Content = new StringContent(
            string.Create(CultureInfo.InvariantCulture, $$"""{"model":"gpt-5","max_tokens":{{tokens}},"messages":[{"role":"user","content":"hi"}]}"""), Encoding.UTF8, "application/json");
        request.SetCallOptions(new CallOptions { Priority = priority, Cost = exactly ? new Cost(1, Tokens: tokens) : null });
        (await client.SendAsync(request)).Dispose();
    }
}
