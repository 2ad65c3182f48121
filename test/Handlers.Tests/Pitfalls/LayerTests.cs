using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pitfalls;

/// <summary>What goes wrong between two layers of a chain; seen from the wire. The numbers are those of docs/pitfalls.md.</summary>
public sealed class LayerTests
{
    [Fact]
    [Trait("Pitfall", "6")]
    public async Task A_body_that_is_forgotten_gives_back_its_slot_when_it_is_collected()
    {
        using var bench = new Bench(
            add: http => http.ConfigurePrimaryHttpMessageHandler(() => new Endless()).AddResilienceHandlers(),
            settings: Settings.For("api", ("Pacing:MaxConcurrency", "1"), ("TotalTimeout", "none")));
        using HttpClient client = bench.Create();

        List<HttpResponseMessage> held = [];
        await bench.Time.RunAsync(() => Take(client, held));
        Task<HttpResponseMessage> next = client.GetAsync("next", HttpCompletionOption.ResponseHeadersRead);
        await bench.Time.AdvanceAsync(TimeSpan.FromHours(1));
        bool waited = !next.IsCompleted;
        held.Clear();
        for (int i = 0; i < 10 && !next.IsCompleted; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await bench.Time.AdvanceAsync(TimeSpan.FromSeconds(1));
        }

        waited.ShouldBeTrue();
        next.IsCompletedSuccessfully.ShouldBeTrue();
        (await next).Dispose();
    }

    [Fact]
    [Trait("Pitfall", "8")]
    public async Task An_endpoint_that_always_fails_among_healthy_ones_opens_nothing_for_them()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "5"), ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(a => a.Uri.AbsolutePath == "/broken" ? ScriptedAnswer.Status(500) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 50; i++)
            {
                (await client.GetAsync("broken")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
                (await client.GetAsync("fine")).StatusCode.ShouldBe(HttpStatusCode.OK);
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(100);
    }

    [Fact]
    [Trait("Pitfall", "8")]
    public async Task A_host_that_is_down_opens_nothing_for_another_host_of_the_same_client()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "3"), ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(a => a.Uri.Host == "down.example" ? ScriptedAnswer.Status(503) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 3; i++)
            {
                (await client.GetAsync("https://down.example/")).Dispose();
            }

            await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("https://down.example/"));
            (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });
    }

    [Fact]
    [Trait("Pitfall", "14")]
    public async Task Waiting_for_a_turn_uses_up_no_attempt_timeout_and_no_timeout_of_the_client()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MinInterval", "00:02:30"), ("AttemptTimeout", "00:00:05"), ("TotalTimeout", "01:00:00")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(4)));

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> first = client.GetAsync("first");
            (await client.GetAsync("second")).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await first).Dispose();
        });

        bench.Wire.Attempts.Select(a => a.Elapsed.TotalSeconds).ShouldBe([0, 150]);
    }

    /// <summary>What was sent has been spent, whether or not somebody waits for the answer.</summary>
    [Fact]
    [Trait("Pitfall", "25")]
    public async Task An_attempt_that_is_given_up_on_its_way_is_paid_for()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "1/minute"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(10)));

        await bench.Run(async client =>
        {
            using var cts = new CancellationTokenSource(TimeSpan.FromSeconds(3), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => client.GetAsync("loser", cts.Token));
            (await client.GetAsync("next")).Dispose();
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(1));
    }

    [Fact]
    [Trait("Pitfall", "25")]
    public async Task Another_model_that_stands_in_pays_from_its_own_quota()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Fallback:Models", "gpt-5-mini"), ("TotalTimeout", "00:05:00")));
        bench.Wire.OnEach(a => a.BodyText.Contains("\"gpt-5\"", StringComparison.Ordinal)
            ? ScriptedAnswer.Status(429).Json("""{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}""")
            : ScriptedAnswer.Status(200)
                .Header("x-ratelimit-limit-requests", "60")
                .Header("x-ratelimit-remaining-requests", "0")
                .Header("x-ratelimit-reset-requests", "60s"));

        await bench.Run(async client =>
        {
            for (int i = 0; i < 3; i++)
            {
                using var body = new StringContent("""{"model":"gpt-5","messages":[{"role":"user","content":"hi"}]}""", Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await client.PostAsync("v1/chat/completions", body);
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
            }
        });

        TimeSpan[] mini = [.. bench.Wire.Attempts.Where(a => a.BodyText.Contains("gpt-5-mini", StringComparison.Ordinal)).Select(a => a.Elapsed)];
        mini.Length.ShouldBe(3);
        mini.Zip(mini.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First >= TimeSpan.FromSeconds(0.9));
    }

    [Fact]
    [Trait("Pitfall", "28")]
    public async Task A_credential_is_put_on_when_the_attempt_leaves()
    {
        using var bench = new Bench(
            add: http => http.AddResilienceHandlers().AddHttpMessageHandler(services => new Signing(services.GetRequiredService<TimeProvider>())),
            settings: Settings.For("api", ("Pacing:MinInterval", "00:01:00"), ("TotalTimeout", "none"), ("Retry:BaseDelay", "00:00:10"), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(a => a.Number == 2 ? ScriptedAnswer.Status(503) : HttpStatusCode.OK);

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 2).Select(i => client.GetAsync($"things/{i}"))));

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Wire.Attempts.ShouldAllBe(a => a.Headers["Authorization"] == $"Bearer {a.ArrivedAt.ToUnixTimeSeconds()}");
    }

    [Fact]
    [Trait("Pitfall", "29")]
    public async Task Handlers_added_in_any_order_stand_in_the_right_one()
    {
        using var bench = new Bench(
            add: http => http.AddRateLimitSignals().AddAttemptTimeout(TimeSpan.FromSeconds(5)).AddPacing(o => o.MinInterval = TimeSpan.FromSeconds(10))
                .AddRetries().AddIdempotencyKeys(o => o.HeaderName = "Idempotency-Key").AddResponseCaching(),
            settings: Settings.For("api", ("TotalTimeout", "none")));
        bench.Wire.OnEach(a => a.Method == HttpMethod.Post && a.Number == 1 ? ScriptedAnswer.Status(503) : ScriptedAnswer.Status(200).Header("Cache-Control", "max-age=3600").Text("x"));

        await bench.Run(async client =>
        {
            (await client.PostAsync("things", null)).StatusCode.ShouldBe(HttpStatusCode.OK);
            (await client.GetAsync("things")).Dispose();
            (await client.GetAsync("things")).Dispose();
        });

        bench.Wire.Attempts.Select(a => (a.Method.Method, a.Elapsed.TotalSeconds)).ShouldBe([("POST", 0), ("POST", 10), ("GET", 20)]);
        bench.Wire.Attempts[1].Headers["Idempotency-Key"].ShouldBe(bench.Wire.Attempts[0].Headers["Idempotency-Key"]);
    }

    [Fact]
    [Trait("Pitfall", "29")]
    public async Task A_turn_that_comes_when_the_circuit_has_opened_is_given_back()
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("Pacing:Limits", "2/hour"), ("Pacing:MaxConcurrency", "1"), ("CircuitBreaker:FailureThreshold", "1"), ("CircuitBreaker:BreakDuration", "00:00:10"),
            ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(a => a.Number == 1 ? ScriptedAnswer.Status(503).After(TimeSpan.FromSeconds(1)) : HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> fails = client.GetAsync("fails");
            Task<HttpResponseMessage> waits = client.GetAsync("waits");

            await Should.ThrowAsync<CircuitOpenException>(() => waits);
            (await fails).Dispose();
            await Task.Delay(TimeSpan.FromSeconds(10), bench.Time);
            (await client.GetAsync("next")).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts.Select(a => (a.Uri.AbsolutePath, a.Elapsed.TotalSeconds)).ShouldBe([("/fails", 0), ("/next", 11)]);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task Take(HttpClient client, List<HttpResponseMessage> into) =>
        into.Add(await client.GetAsync("forgotten", HttpCompletionOption.ResponseHeadersRead));

    /// <summary>Keeps no hold on what it answers, as a connection would not.</summary>
    private sealed class Endless : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(Stream.Null) });
    }

    /// <summary>A token that is good for the second in which it was made.</summary>
    private sealed class Signing(TimeProvider time) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new("Bearer", time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
