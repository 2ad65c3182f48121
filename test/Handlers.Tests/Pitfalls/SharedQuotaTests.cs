using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pitfalls;

/// <summary>What many callers do with one quota; seen from the wire. The numbers are those of docs/pitfalls.md.</summary>
public sealed class SharedQuotaTests
{
    [Fact]
    [Trait("Pitfall", "15")]
    public async Task Bodies_that_wait_are_bounded_in_bytes_and_calls_in_number()
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("Pacing:MinInterval", "00:00:10"), ("Pacing:MaxQueue", "3"), ("Pacing:MaxQueueBytes", "1000"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await Post(client, 1)).Dispose();
            Task<HttpResponseMessage>[] waiting = [Post(client, 600)];
            QuotaRejectedException tooManyBytes = await Should.ThrowAsync<QuotaRejectedException>(() => Post(client, 401));
            waiting = [.. waiting, Post(client, 400), Post(client, 0)];
            QuotaRejectedException tooManyCalls = await Should.ThrowAsync<QuotaRejectedException>(() => Post(client, 0));

            tooManyBytes.Reason.ShouldBe(QuotaRefusalReason.QueueFull);
            tooManyCalls.Reason.ShouldBe(QuotaRefusalReason.QueueFull);
            bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
            await Task.WhenAll(waiting);
        });

        bench.Wire.Attempts.Count.ShouldBe(4);
    }

    [Fact]
    [Trait("Pitfall", "16")]
    public async Task A_resource_that_is_used_up_holds_up_no_other()
    {
        using var bench = new Bench("github", settings: Settings.For(
            "github", ("Pacing:Groups:slow:Match", "GET /slow/*"), ("Pacing:Groups:slow:MinInterval", "00:01:00"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage[]> slow = Task.WhenAll(Enumerable.Range(0, 5).Select(i => client.GetAsync($"slow/{i}")));
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => client.GetAsync($"quick/{i}")));
            bench.Time.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
            await slow;
        });

        bench.Time.Elapsed.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(4));
    }

    /// <summary>The whole limit at once, in a stream of small calls that would fit at any moment.</summary>
    [Fact]
    [Trait("Pitfall", "17")]
    public async Task A_dear_call_does_not_starve_among_cheap_ones()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "10 points/second"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            List<Task> calls = [];
            for (int i = 0; i < 200; i++)
            {
                calls.Add(Send(client, "cheap", new CallOptions { Cost = new Cost(1, Points: 1) }));
                if (i == 20)
                {
                    calls.Add(Send(client, "dear", new CallOptions { Cost = new Cost(1, Points: 10) }));
                }

                await Task.Delay(TimeSpan.FromMilliseconds(80), bench.Time);
            }

            await Task.WhenAll(calls);
        });

        TimeSpan went = bench.Wire.Attempts.Single(a => a.Uri.AbsolutePath == "/dear").Elapsed;
        went.ShouldBeInRange(TimeSpan.FromSeconds(1.6), TimeSpan.FromSeconds(4));
    }

    /// <summary>Real threads; the clock stands still.</summary>
    [Fact]
    [Trait("Pitfall", "18")]
    public void Callers_that_look_at_once_do_not_all_see_room()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "100/hour"), ("Pacing:MaxWait", "00:00:00"), ("Retry:Enabled", "false")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        using HttpClient client = bench.Create();
        int refused = 0;

        Crowd.Run(8, () =>
        {
            for (int i = 0; i < 50; i++)
            {
                try
                {
                    using var request = new HttpRequestMessage(HttpMethod.Get, "things");
                    client.Send(request).Dispose();
                }
                catch (QuotaRejectedException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(100);
        refused.ShouldBe(300);
    }

    [Fact]
    [Trait("Pitfall", "19")]
    public async Task A_request_that_names_no_bound_for_its_answer_reserves_what_it_says_and_no_more()
    {
        using var bench = new Bench("openai", settings: Settings.For("openai", ("Pacing:Limits", "1000 tokens/minute"), ("Pacing:MaxWait", "00:00:00")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 20; i++)
            {
                using var body = new StringContent("""{"model":"gpt-5","messages":[{"role":"user","content":"How many are there?"}]}""", Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await client.PostAsync("v1/chat/completions", body);
            }
        });

        bench.Wire.Attempts.Count.ShouldBe(20);
        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
    }

    /// <summary>Sixty a minute, counted from the first call, would let 120 through within two seconds of a minute's end.</summary>
    [Fact]
    [Trait("Pitfall", "20")]
    public async Task A_limit_per_clock_minute_is_counted_by_the_clock()
    {
        GeminiTwin? twin = null;
        using var bench = new Bench(
            "gemini",
            http => http.ConfigurePrimaryHttpMessageHandler(() => twin!).AddResilienceHandlers(),
            Settings.For("gemini", ("Pacing:Limits", "60/minute; window"), ("TotalTimeout", "none")));
        using (twin = new GeminiTwin(new GeminiTwinOptions { RequestsPerMinute = 60 }, bench.Time))
        {
            await bench.Run(async client =>
            {
                await Task.Delay(TimeSpan.FromSeconds(50), bench.Time);
                await Task.WhenAll(Enumerable.Range(0, 150).Select(async _ =>
                {
                    using var body = new StringContent("{}", Encoding.UTF8, "application/json");
                    using HttpResponseMessage response = await client.PostAsync(new Uri(twin.BaseAddress, "v1beta/models/gemini-2.5-flash:generateContent"), body);
                    response.StatusCode.ShouldBe(HttpStatusCode.OK);
                }));
            });

            twin.Refused.ShouldBe(0);
            bench.Time.Elapsed.TotalSeconds.ShouldBeInRange(120, 122);
        }
    }

    [Fact]
    [Trait("Pitfall", "21")]
    public async Task What_one_client_leaves_another_may_use()
    {
        using Bench bench = TwoClients(("Pacing:Limits", "100/minute"));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Time.RunAsync(() =>
        {
            IHttpClientFactory clients = bench.Services.GetRequiredService<IHttpClientFactory>();
            HttpClient quiet = clients.CreateClient("api");
            HttpClient busy = clients.CreateClient("other");
            return Task.WhenAll(Enumerable.Range(0, 95).Select(i => busy.GetAsync($"busy/{i}")).Concat(Enumerable.Range(0, 6).Select(i => quiet.GetAsync($"quiet/{i}"))));
        });

        bench.Wire.Attempts.Count(a => a.Elapsed == TimeSpan.Zero).ShouldBe(100);
        bench.Wire.Attempts.Count.ShouldBe(101);
    }

    [Fact]
    [Trait("Pitfall", "26")]
    public async Task Two_clients_with_one_credential_stop_at_one_refusal()
    {
        using Bench bench = TwoClients();
        bench.Wire.OnEach(a => a.Number == 1 ? ScriptedAnswer.Status(429).RetryAfter(20) : HttpStatusCode.OK);

        await bench.Time.RunAsync(async () =>
        {
            IHttpClientFactory clients = bench.Services.GetRequiredService<IHttpClientFactory>();
            Task<HttpResponseMessage> refused = clients.CreateClient("api").GetAsync("things");
            await Task.Delay(TimeSpan.FromSeconds(1), bench.Time);
            await Task.WhenAll(refused, clients.CreateClient("other").GetAsync("things"));
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Wire.Attempts.Skip(1).ShouldAllBe(a => a.Elapsed >= TimeSpan.FromSeconds(20));
    }

    /// <summary>Somebody else spends the same quota: our own count would let 900 more go.</summary>
    [Fact]
    [Trait("Pitfall", "26")]
    public async Task A_provider_that_says_less_is_left_than_we_counted_is_believed()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "1000/hour"), ("TotalTimeout", "none")));
        bench.Wire.Answers(
            ScriptedAnswer.Status(200).Header("RateLimit-Policy", "\"hour\";q=1000;w=3600").Header("RateLimit", "\"hour\";r=999;t=600"),
            ScriptedAnswer.Status(200).Header("RateLimit-Policy", "\"hour\";q=1000;w=3600").Header("RateLimit", "\"hour\";r=0;t=600"));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 3; i++)
            {
                (await client.GetAsync("things")).Dispose();
            }
        });

        bench.Wire.Attempts[1].Elapsed.ShouldBe(TimeSpan.Zero);
        bench.Wire.Attempts[2].Elapsed.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(600));
    }

    private static Bench TwoClients(params (string Option, string Value)[] options)
    {
        (string Option, string Value)[] all = [("Account", "acme"), ("Provider", "generic"), ("TotalTimeout", "none"), .. options];
        Dictionary<string, string?> settings = Settings.For("api", all);
        foreach ((string key, string? value) in Settings.For("other", all))
        {
            settings[key] = value;
        }

        Bench? bench = null;
        bench = new Bench(settings: settings, services: services => services
            .AddHttpClient("other", http => http.BaseAddress = new Uri("https://api.example/"))
            .ConfigurePrimaryHttpMessageHandler(() => bench!.Wire)
            .AddResilienceHandlers());
        return bench;
    }

    private static async Task Send(HttpClient client, string path, CallOptions options)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.SetCallOptions(options);
        using HttpResponseMessage response = await client.SendAsync(request);
    }

    private static Task<HttpResponseMessage> Post(HttpClient client, int bytes) => client.PostAsync("things", new ByteArrayContent(new byte[bytes]));
}
