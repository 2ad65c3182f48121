using System.Globalization;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pitfalls;

/// <summary>What a provider says about waiting, and what a crowd makes of it; seen from the wire. The numbers are those of docs/pitfalls.md.</summary>
public sealed class ProviderWaitTests
{
    [Fact]
    [Trait("Pitfall", "1")]
    public async Task After_a_reset_one_goes_first_and_the_crowd_follows_it()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "none"), ("AttemptTimeout", "00:10:00")));
        bench.Wire.OnEach(a => a.Elapsed < TimeSpan.FromSeconds(30)
            ? ScriptedAnswer.Status(429).RetryAfter(30)
            : ScriptedAnswer.Status(200).After(TimeSpan.FromMilliseconds(200)));

        HttpStatusCode[] answers = await SendTogether(bench, 200);

        answers.ShouldAllBe(status => status == HttpStatusCode.OK);
        TimeSpan[] after = [.. bench.Wire.Attempts.Select(a => a.Elapsed).Where(at => at >= TimeSpan.FromSeconds(30))];
        after.Length.ShouldBe(200);
        after.Count(at => at < after[0] + TimeSpan.FromMilliseconds(100)).ShouldBe(1);
        after.Count(at => at < after[0] + TimeSpan.FromMilliseconds(700)).ShouldBeLessThanOrEqualTo(1 + 2 + 4 + 8);
    }

    [Theory]
    [Trait("Pitfall", "2")]
    [InlineData(TwinHints.RetryAfter)]
    [InlineData(TwinHints.RetryAfterDate)]
    public async Task Neither_jitter_nor_a_greatest_delay_shortens_what_the_provider_asked_for(TwinHints hints)
    {
        using var bench = TwinBench(
            out Func<GenericTwin> twin,
            time => new GenericTwin(new GenericTwinOptions { Hints = hints, Limits = { new TwinLimit("calls", 5, TimeSpan.FromSeconds(20)) { Kind = TwinLimitKind.Window } } }, time),
            "api",
            ("Retry:Jitter", "0.5"), ("Retry:BaseDelay", "00:00:01"), ("Retry:MaxDelay", "00:00:02"), ("Retry:MaxRetries", "9"), ("TotalTimeout", "none"));

        HttpStatusCode[] answers = await SendTogether(bench, 40, new Uri(twin().BaseAddress, "things"));

        answers.ShouldAllBe(status => status == HttpStatusCode.OK);
        twin().Refused.ShouldBeGreaterThan(0);
        twin().Early.ShouldBe(0);
    }

    [Theory]
    [Trait("Pitfall", "3")]
    [InlineData(-3600)]
    [InlineData(-7)]
    [InlineData(7)]
    [InlineData(3600)]
    public async Task A_provider_whose_clock_is_wrong_is_asked_neither_early_nor_late(int skew)
    {
        using var bench = TwinBench(
            out Func<GitHubTwin> twin,
            time => new GitHubTwin(new GitHubTwinOptions { CoreLimit = 20, Window = TimeSpan.FromSeconds(60), ClockSkew = TimeSpan.FromSeconds(skew) }, time),
            "github",
            ("TotalTimeout", "none"));

        HttpStatusCode[] answers = await SendTogether(bench, 60, new Uri(twin().BaseAddress, "repos/o/r"));

        answers.ShouldAllBe(status => status == HttpStatusCode.OK);
        twin().Refused.ShouldBe(0);
        twin().Early.ShouldBe(0);
        bench.Time.Elapsed.TotalSeconds.ShouldBeInRange(120, 126);
    }

    [Fact]
    [Trait("Pitfall", "3")]
    public async Task An_instant_in_the_past_is_no_reason_to_spin()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "none"), ("Retry:MaxRetries", "5")));
        bench.Wire.OnEach(a => ScriptedAnswer.Status(429)
            .Header("Date", a.ArrivedAt.ToString("R", CultureInfo.InvariantCulture))
            .Header("Retry-After", a.ArrivedAt.AddSeconds(-90).ToString("R", CultureInfo.InvariantCulture)));

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        TimeSpan[] starts = [.. bench.Wire.Attempts.Select(a => a.Elapsed)];
        starts.Length.ShouldBe(6);
        starts.Zip(starts.Skip(1), (before, next) => next - before).Select((pause, i) => pause / Math.Pow(2, i)).ShouldAllBe(pause => pause >= TimeSpan.FromSeconds(0.8));
    }

    [Fact]
    [Trait("Pitfall", "4")]
    public async Task The_time_until_a_bucket_is_full_is_not_the_time_until_the_next_call_fits()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("TotalTimeout", "none")));
        bench.Wire.Answers(ScriptedAnswer.Status(200)
            .Header("x-ratelimit-limit-requests", "600")
            .Header("x-ratelimit-remaining-requests", "0")
            .Header("x-ratelimit-reset-requests", "6m0s"));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("v1/models")).Dispose();
            (await client.GetAsync("v1/models")).Dispose();
        });

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(0.59, 0.65);
    }

    /// <summary>Refusals cost quota at OpenAI and prolong penalties at GitHub: a provider that refuses for a minute hears of us once per gate.</summary>
    [Fact]
    [Trait("Pitfall", "27")]
    public async Task While_a_provider_refuses_one_asks_for_all()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "none"), ("Retry:MaxRetries", "9")));
        bench.Wire.OnEach(a => a.Elapsed < TimeSpan.FromSeconds(60) ? ScriptedAnswer.Status(429).RetryAfter(10) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> first = client.GetAsync("first");
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            await Task.WhenAll(Enumerable.Range(0, 100).Select(i => client.GetAsync($"things/{i}")).Append(first));
        });

        bench.Wire.Attempts.Count(a => a.Elapsed < TimeSpan.FromSeconds(60)).ShouldBeLessThanOrEqualTo(6);
    }

    private static Bench TwinBench<T>(out Func<T> twin, Func<VirtualTime, T> make, string client, params (string Option, string Value)[] options)
        where T : ProviderTwin
    {
        T? made = null;
        var bench = new Bench(
            client,
            http => http.ConfigurePrimaryHttpMessageHandler(services => made!).AddResilienceHandlers(),
            Settings.For(client, options));
        made = make(bench.Time);
        twin = () => made;
        return bench;
    }

    private static async Task<HttpStatusCode[]> SendTogether(Bench bench, int count, Uri? uri = null)
    {
        HttpStatusCode[] answers = [];
        await bench.Run(async client => answers = await Task.WhenAll(Enumerable.Range(0, count).Select(async i =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, uri is null ? new Uri($"things/{i}", UriKind.Relative) : new Uri($"{uri}?page={i}"));
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer token");
            using HttpResponseMessage response = await client.SendAsync(request);
            return response.StatusCode;
        })));
        return answers;
    }
}
