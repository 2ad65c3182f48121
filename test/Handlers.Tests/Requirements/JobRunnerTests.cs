using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Requirements;

/// <summary>A job runner: LLM calls, GitHub App tokens, GitHub comments.</summary>
public sealed class JobRunnerTests
{
    private static readonly (string Option, string Value)[] Llm =
    [
        ("Retry:MaxRetries", "5"),
        ("Retry:BaseDelay", "00:00:01"),
        ("Retry:Multiplier", "2"),
        ("Retry:MaxDelay", "00:01:00"),
        ("Retry:Jitter", "0.2"),
        ("AttemptTimeout", "00:00:30"),
        ("Pacing:MinInterval", "00:00:00.100"),
    ];

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task Llm_calls_are_retried_five_times_with_doubling_waits()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", Llm));
        bench.Wire.OnEach(_ => new HttpRequestException(HttpRequestError.ConnectionError, "refused"));

        await bench.Run(client => Should.ThrowAsync<HttpRequestException>(() => client.PostAsync("v1/chat/completions", new StringContent("{}"))));

        TimeSpan[] starts = [.. bench.Wire.Attempts.Select(a => a.Elapsed)];
        double[] waits = [.. starts.Skip(1).Zip(starts, (later, earlier) => (later - earlier).TotalSeconds)];
        waits.Length.ShouldBe(5);
        for (int i = 0; i < waits.Length; i++)
        {
            waits[i].ShouldBeInRange(0.8 * (1 << i), 1.21 * (1 << i));
        }
    }

    [Fact]
    [Trait("Requirement", "B1")]
    public async Task Llm_calls_start_a_tenth_of_a_second_apart_and_end_after_thirty()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", Llm));
        bench.Wire.OnEach(a => a.Number <= 5 ? HttpStatusCode.OK : null);

        await bench.Run(async client =>
        {
            await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ => (await client.GetAsync("v1/models")).Dispose()));
            TimeSpan before = bench.Time.Elapsed;
            using var scope = CallOptions.BeginScope(new CallOptions { MaxRetries = 0 });
            await Should.ThrowAsync<CallTimeoutException>(() => client.PostAsync("v1/chat/completions", new StringContent("{}")));
            (bench.Time.Elapsed - before).TotalSeconds.ShouldBeInRange(30, 30.2);
        });

        TimeSpan[] starts = [.. bench.Wire.Attempts.Select(a => a.Elapsed)];
        starts.Skip(1).Zip(starts, (later, earlier) => later - earlier).ShouldAllBe(gap => gap >= TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [Trait("Requirement", "B2")]
    [Trait("Requirement", "B3")]
    [InlineData("app/installations/17/access_tokens", 4)]
    [InlineData("repos/o/r/issues/1/comments", 1)]
    public async Task An_installation_token_is_asked_for_again_and_a_comment_is_not(string path, int attempts)
    {
        using var bench = new Bench("github", settings: Settings.For(
            "github", ("Retry:MaxRetries", "5"), ("Retry:BaseDelay", "00:00:01"), ("Retry:MaxDelay", "00:00:30"), ("AttemptTimeout", "00:00:10")));
        bench.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.InternalServerError, HttpStatusCode.BadGateway, HttpStatusCode.Created);

        await bench.Run(async client => (await client.PostAsync(path, new StringContent("{}"))).Dispose());

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    [Fact]
    [Trait("Requirement", "B9")]
    public async Task An_environment_variable_reaches_the_call()
    {
        const string Prefix = "HandlersJobRunnerTests_";
        Environment.SetEnvironmentVariable($"{Prefix}ResilienceHandlers__Clients__openai__Retry__MaxRetries", "1");
        try
        {
            using var bench = new Bench("openai", services: services =>
                services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build()));
            bench.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);

            await bench.Run(async client => (await client.GetAsync("v1/models")).Dispose());

            bench.Wire.Attempts.Count.ShouldBe(2);
        }
        finally
        {
            Environment.SetEnvironmentVariable($"{Prefix}ResilienceHandlers__Clients__openai__Retry__MaxRetries", null);
        }
    }
}
