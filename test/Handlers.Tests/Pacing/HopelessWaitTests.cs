using System.Globalization;
using Handlers.Testing;
using Handlers.Tests.Support;

namespace Handlers.Tests.Pacing;

/// <summary>Nothing is known when the calls come. Then an answer says what there is: who can't be served in time is told so now, not at his deadline.</summary>
public sealed class HopelessWaitTests
{
    [Theory]
    [InlineData("repos/octo/hello/issues", "core")]
    [InlineData("search/code?q=x", "code_search")]
    public async Task Who_cannot_go_in_time_is_refused_with_the_answer_that_tells(string path, string resource)
    {
        using Bench bench = GitHub(resource, limit: 30, remaining: 5, reset: 3000);
        var refused = new List<(double At, QuotaRejectedException Why)>();

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Send(bench, client, path, refused))));

        bench.Wire.Attempts.Count.ShouldBe(6);
        refused.Count.ShouldBe(14);
        refused.ShouldAllBe(r => r.At < 0.3);
        refused.ShouldAllBe(r => r.Why.Reason == QuotaRefusalReason.WouldMissDeadline && r.Why.Quota == "github/github/" + resource);
        refused.ShouldAllBe(r => (r.Why.RetryAt!.Value - bench.Time.GetUtcNow()).TotalSeconds > 2990);
    }

    [Fact]
    public async Task Who_has_the_time_goes_on_waiting()
    {
        using Bench bench = GitHub("core", limit: 30, remaining: 5, reset: 60);
        var refused = new List<(double At, QuotaRejectedException Why)>();

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            Send(bench, client, "repos/octo/hello/issues", refused, new CallOptions { Deadline = TimeSpan.FromSeconds(i % 2 == 0 ? 10 : 300) }))));

        refused.ShouldAllBe(r => r.At < 0.3);
        bench.Wire.Attempts.Count.ShouldBe(20 - refused.Count);
        refused.Count.ShouldBeInRange(6, 8);
    }

    [Fact]
    public async Task A_later_answer_tells_it_too()
    {
        int answers = 0;
        using Bench bench = GitHub("core", limit: 30, remaining: 29, reset: 3000, _ => ++answers < 3 ? 30 - answers : 0);
        var refused = new List<(double At, QuotaRejectedException Why)>();

        await bench.Run(async client =>
        {
            await Send(bench, client, "repos/octo/hello/issues", refused);
            await Send(bench, client, "repos/octo/hello/issues", refused);
            await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Send(bench, client, "repos/octo/hello/issues", refused)));
        });

        refused.ShouldNotBeEmpty();
        refused.ShouldAllBe(r => r.At < 0.6);
    }

    [Fact]
    public async Task A_call_larger_than_a_limit_that_was_just_learned_is_refused_even_with_all_the_time()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("TotalTimeout", "none"), ("AttemptTimeout", "none"), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Header("x-ratelimit-limit-tokens", "1000").Header("x-ratelimit-remaining-tokens", "900")
            .Header("x-ratelimit-reset-tokens", "6s").After(TimeSpan.FromSeconds(0.1)));
        QuotaRejectedException? refused = null;

        await bench.Run(async client =>
        {
            Task small = Post(client, tokens: 10);
            Task large = Post(client, tokens: 5000);
            refused = await Should.ThrowAsync<QuotaRejectedException>(() => large);
            bench.Time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
            await small;
        });

        refused!.Reason.ShouldBe(QuotaRefusalReason.CannotFit);
    }

    [Theory]
    [InlineData("FinishSoonest", CallPriority.Normal)]
    [InlineData("FinishSoonest", CallPriority.Background)]
    [InlineData("Smooth", CallPriority.Normal)]
    [InlineData("Smooth", CallPriority.Background)]
    public async Task Hardly_anybody_waits_in_vain_behind_urgent_calls_that_come_at_random(string mode, CallPriority priority)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "10/second"), ("Pacing:Mode", mode), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(0.14)));
        var random = new Random(1);
        int refused = 0;
        int inVain = 0;

        await bench.Run(client => Task.WhenAll(
            Poisson(client, perSecond: 50, new CallOptions { Tenant = "much", Priority = priority, Deadline = TimeSpan.FromSeconds(5) }),
            Poisson(client, perSecond: 5, new CallOptions { Tenant = "little", Priority = CallPriority.Interactive, Deadline = TimeSpan.FromSeconds(5) })));

        refused.ShouldBeGreaterThan(4_000);
        inVain.ShouldBeLessThan(refused / 100);

        async Task Poisson(HttpClient client, double perSecond, CallOptions options)
        {
            var calls = new List<Task>();
            while (bench.Time.Elapsed < TimeSpan.FromSeconds(120))
            {
                await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / perSecond), bench.Time);
                calls.Add(CallAsync(client, options));
            }

            await Task.WhenAll(calls);
        }

        async Task CallAsync(HttpClient client, CallOptions options)
        {
            TimeSpan came = bench.Time.Elapsed;
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(options);
            try
            {
                (await client.SendAsync(request)).Dispose();
            }
            catch (QuotaRejectedException)
            {
                refused++;
                inVain += bench.Time.Elapsed - came > TimeSpan.FromSeconds(1) ? 1 : 0;
            }
        }
    }

    [Fact]
    public async Task Who_waits_is_asked_again_when_a_limit_was_lowered_by_configuration()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "100 points/minute"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200));

        await bench.Run(async client =>
        {
            await Spend(client, points: 100);
            Task large = Spend(client, points: 80);
            bench.Settings.Edit(Settings.Key("api", "Pacing:Limits"), "50 points/minute");

            (await Should.ThrowAsync<QuotaRejectedException>(() => large)).Reason.ShouldBe(QuotaRefusalReason.CannotFit);
            bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
        });
    }

    private static Bench GitHub(string resource, int limit, int remaining, int reset, Func<ScriptedAttempt, int>? left = null)
    {
        var bench = new Bench("github", settings: Settings.For("github", ("TotalTimeout", "none"), ("AttemptTimeout", "none"), ("Caching:Enabled", "false")));
        int sent = 0;
        bench.Wire.OnEach(attempt => ScriptedAnswer.Status(200)
            .Header("Date", bench.Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture))
            .Header("x-ratelimit-resource", resource)
            .Header("x-ratelimit-limit", limit.ToString(CultureInfo.InvariantCulture))
            .Header("x-ratelimit-remaining", Math.Max(0, left?.Invoke(attempt) ?? (remaining - sent++)).ToString(CultureInfo.InvariantCulture))
            .Header("x-ratelimit-reset", bench.Time.GetUtcNow().AddSeconds(reset).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
            .After(TimeSpan.FromSeconds(0.1)));
        return bench;
    }

    private static async Task Send(Bench bench, HttpClient client, string path, List<(double At, QuotaRejectedException Why)> refused, CallOptions? options = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.SetCallOptions(options ?? new CallOptions { Deadline = TimeSpan.FromSeconds(10) });
        try
        {
            (await client.SendAsync(request)).Dispose();
        }
        catch (QuotaRejectedException e)
        {
            refused.Add((bench.Time.Elapsed.TotalSeconds, e));
        }
    }

    private static async Task Post(HttpClient client, int tokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/chat/completions");
        request.Content = new StringContent(
            string.Create(CultureInfo.InvariantCulture, $$"""{"model":"gpt-5","max_tokens":{{tokens}},"messages":[{"role":"user","content":"hi"}]}"""), System.Text.Encoding.UTF8, "application/json");
        (await client.SendAsync(request)).Dispose();
    }

    private static async Task Spend(HttpClient client, int points)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "things");
        request.SetCallOptions(new CallOptions { Cost = new Cost(1, Points: points) });
        (await client.SendAsync(request)).Dispose();
    }
}
