using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.ResponseCaching;

/// <summary>The cache above the rest of the chain.</summary>
public class NeighbourTests
{
    [Fact]
    [Trait("Requirement", "C4")]
    public async Task What_is_fresh_is_answered_while_the_circuit_is_open()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "1"), ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(CacheBench.Fresh("kept"), ScriptedAnswer.Status(500));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            (await client.GetAsync("broken")).Dispose();
            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("others"));

            using HttpResponseMessage response = await client.GetAsync("things");

            (await response.Content.ReadAsStringAsync()).ShouldBe("kept");
            response.GetCallReport()!.CacheStatus.ShouldBe("Handlers;hit;ttl=60");
            response.GetCallReport()!.Attempts.ShouldBe(0);
            CacheBench.StatusOf(response).ShouldBe("Handlers;hit;ttl=60");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task What_somebody_else_answered_is_not_kept_as_the_servers_answer()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = (_, _, _) => ValueTask.FromResult<HttpResponseMessage?>(Substitute())),
            settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(ScriptedAnswer.Status(503));
        bench.Wire.OnEach(_ => CacheBench.Fresh("the server's own"));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("a substitute");
            (await client.GetStringAsync("things")).ShouldBe("the server's own");
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_stands_in_gets_no_condition_of_ours_and_says_nothing_about_what_is_stored(bool callersOwn)
    {
        using var backup = new ScriptedTransport();
        using var bench = new Bench(
            settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("Fallback:Client", "backup"), ("Caching:StaleIfError", "00:00:00")),
            services: s => s.AddHttpClient("backup", other => other.BaseAddress = new Uri("https://backup.example")).ConfigurePrimaryHttpMessageHandler(() => backup));
        ScriptedAnswer confirmed = ScriptedAnswer.Status(304).Header("ETag", "\"v1\"").Header("Cache-Control", "max-age=60");
        bench.Wire.Answers(CacheBench.Fresh("the server's own").Header("ETag", "\"v1\""), ScriptedAnswer.Status(503), confirmed);
        backup.OnEach(attempt => attempt.Headers.ContainsKey("If-None-Match") ? confirmed : CacheBench.Fresh("a substitute"));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(TimeSpan.FromSeconds(100), bench.Time);
            using var second = new HttpRequestMessage(HttpMethod.Get, "things");
            if (callersOwn)
            {
                second.Headers.TryAddWithoutValidation("If-None-Match", "\"mine\"");
            }

            using HttpResponseMessage substitute = await client.SendAsync(second);
            substitute.StatusCode.ShouldBe(callersOwn ? HttpStatusCode.NotModified : HttpStatusCode.OK);
            (await substitute.Content.ReadAsStringAsync()).ShouldBe(callersOwn ? "" : "a substitute");
            (await client.GetStringAsync("things")).ShouldBe("the server's own");
        });

        backup.Attempts[0].Headers.GetValueOrDefault("If-None-Match").ShouldBe(callersOwn ? "\"mine\"" : null);
        bench.Wire.Attempts[2].Headers["If-None-Match"].ShouldBe("\"v1\"");
    }

    [Theory]
    [InlineData("Idempotency-Key", "k")]
    [InlineData("X-Idempotency-Key", null)]
    [InlineData("Request-Key", "k")]
    public async Task A_write_makes_what_is_stored_worthless_whatever_the_field_of_its_key_is_called(string field, string? key)
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", field)));
        bench.Wire.OnEach(_ => CacheBench.Fresh("x"));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            using var write = new HttpRequestMessage(HttpMethod.Post, "things");
            write.SetCallOptions(new CallOptions { IdempotencyKey = key });
            (await client.SendAsync(write)).Dispose();
            await client.GetStringAsync("things");
        });

        bench.Wire.Attempts.Select(attempt => attempt.Method.Method).ShouldBe(["GET", "POST", "GET"]);
    }

    [Fact]
    public async Task A_write_makes_worthless_what_others_have_stored_of_its_address()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => CacheBench.Fresh("x"));

        await bench.Run(async client =>
        {
            await SendAsync(client, HttpMethod.Get, "a");
            await SendAsync(client, HttpMethod.Get, "b");
            await SendAsync(client, HttpMethod.Post, "a");
            await SendAsync(client, HttpMethod.Get, "b");
        });

        bench.Wire.Attempts.Count.ShouldBe(4);

        static async Task SendAsync(HttpClient client, HttpMethod method, string user)
        {
            using var request = new HttpRequestMessage(method, "things");
            request.Headers.TryAddWithoutValidation("Authorization", user);
            using HttpResponseMessage response = await client.SendAsync(request);
            await response.Content.ReadAsStringAsync();
        }
    }

    [Fact]
    public async Task Who_looks_whether_a_write_happened_does_not_get_what_was_there_before()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("AttemptTimeout", "00:00:05")));
        bench.Wire.Answers(CacheBench.Fresh("before"), ScriptedAnswer.Status(201).After(TimeSpan.FromHours(1)), CacheBench.Fresh("after"));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Should.ThrowAsync<CallTimeoutException>(() => client.PostAsync("things", null));
            (await client.GetStringAsync("things")).ShouldBe("after");
        });
    }

    [Fact]
    public async Task A_write_does_not_lose_its_answer_to_a_store_that_hangs()
    {
        var cache = new DictionaryCache { Before = static token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };
        using var bench = new Bench(services: s => s.AddSingleton<IResponseStore>(new DistributedResponseStore(cache)));
        bench.Wire.Answers(ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(0.9)));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "things");
            request.SetCallOptions(new CallOptions { Deadline = TimeSpan.FromSeconds(1) });
            (await client.SendAsync(request)).Dispose();
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(0.95));
    }

    [Fact]
    public async Task A_call_that_is_answered_with_a_stale_answer_has_not_failed()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(CacheBench.Fresh("old", seconds: 1), ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            await Task.Delay(TimeSpan.FromSeconds(3), bench.Time);
            using HttpResponseMessage response = await client.GetAsync("things");

            CallReport report = response.GetCallReport()!;
            report.Verdict.ShouldBe(VerdictKind.Ok);
            report.History.ShouldHaveSingleItem().Verdict.ShouldBe(VerdictKind.Transient);
        });

        ClientSnapshot client = bench.Services.GetRequiredService<IResilienceMonitor>().Clients.Single();
        (client.Calls, client.Failed).ShouldBe((2, 0));
    }

    [Fact]
    public async Task A_confirmation_by_GitHub_costs_the_quota_nothing()
    {
        GitHubTwin? twin = null;
        using var bench = new Bench("github", b => b.ConfigurePrimaryHttpMessageHandler(() => twin!).AddResilienceHandlers());
        using GitHubTwin made = twin = new GitHubTwin(timeProvider: bench.Time);

        await bench.Run(async client =>
        {
            (string? status, string? left) first = await AskAsync(client, twin);
            await Task.Delay(TimeSpan.FromSeconds(61), bench.Time);
            (string? status, string? left) second = await AskAsync(client, twin);

            first.ShouldBe(("Handlers;fwd=uri-miss;stored", "4999"));
            second.status!.ShouldStartWith("Handlers;fwd=stale;fwd-status=304");
            second.left.ShouldBe("4999");
        });
    }

    private static async Task<(string? Status, string? Left)> AskAsync(HttpClient client, GitHubTwin twin)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(twin.BaseAddress, "repos/o/r"));
        request.Headers.TryAddWithoutValidation("Authorization", "Bearer token");
        request.Headers.TryAddWithoutValidation("User-Agent", "tests");
        using HttpResponseMessage response = await client.SendAsync(request);
        return (CacheBench.StatusOf(response), response.Headers.NonValidated["x-ratelimit-remaining"].ToString());
    }

    private static HttpResponseMessage Substitute()
    {
        var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("a substitute") };
        response.Headers.TryAddWithoutValidation("Cache-Control", "max-age=60");
        return response;
    }
}
