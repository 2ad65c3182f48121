using System.Globalization;
using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Diagnostics;

/// <summary>What is said about a call that waits is compared with what becomes of it.</summary>
public sealed class ExplainTests
{
    [Theory]
    [InlineData("2/minute", "FinishSoonest", "2/minute")]
    [InlineData("2/minute; window", "FinishSoonest", "2/minute; window")]
    [InlineData("6/minute; burst 2", "FinishSoonest", "6/minute; burst 2")]
    [InlineData("6/minute", "Smooth", "6/minute, spread evenly")]
    [InlineData("10/minute", "Reserve", "10/minute, 80 % of it left to interactive calls")]
    public async Task Says_which_limit_how_many_are_ahead_and_when(string limits, string mode, string cause)
    {
        List<(string Option, string Value)> options = [("Pacing:Limits", limits), ("Pacing:Mode", mode), ("TotalTimeout", "none")];
        if (mode == "Reserve")
        {
            options.Add(("Pacing:ReservePercent", "80"));
        }

        using var bench = new Bench(settings: Settings.For("api", [.. options]));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);
        var causes = new List<string>();
        var expected = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);

        await bench.Run(async client =>
        {
            HttpRequestMessage[] requests = [.. Enumerable.Range(0, 8).Select(i => new HttpRequestMessage(HttpMethod.Get, string.Create(CultureInfo.InvariantCulture, $"things/{i}")))];
            Task[] calls = [.. requests.Select(async request => (await client.SendAsync(request)).Dispose())];
            await Task.Delay(TimeSpan.FromSeconds(0.5), bench.Time);
            int ahead = 0;
            foreach (HttpRequestMessage request in requests)
            {
                if (monitor.Explain(request) is not { } wait)
                {
                    continue;
                }

                wait.Ahead.ShouldBe(ahead++);
                wait.Cause.ShouldNotBeNull().ShouldStartWith(limits);
                causes.Add(wait.Cause);
                (wait.Client, wait.Quota, wait.Operation, wait.Waited, wait.GivesUpAt).ShouldBe(("api", "generic/api/*", "GET /things/{id}", TimeSpan.FromSeconds(0.5), null));
                wait.Message.ShouldStartWith("Quota generic/api/* has room for this call in ");
                wait.Message.ShouldContain($" (limit {wait.Cause}), ");
                expected.Add("/" + request.RequestUri!.OriginalString, wait.ExpectedAt!.Value);
            }

            await Task.WhenAll(calls);
            requests.ShouldAllBe(request => monitor.Explain(request) == null);
        });

        expected.Count.ShouldBeGreaterThan(5);
        causes.ShouldContain(cause, StringComparer.Ordinal);
        foreach (ScriptedAttempt attempt in bench.Wire.Attempts)
        {
            if (expected.TryGetValue(attempt.Uri.AbsolutePath, out DateTimeOffset at))
            {
                (StartOf(bench) + attempt.Elapsed - at).Duration().ShouldBeLessThan(TimeSpan.FromSeconds(1));
            }
        }
    }

    [Fact]
    public async Task Counts_by_priority_and_by_fairness_between_tenants()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MinInterval", "00:00:01"), ("TotalTimeout", "none"), ("Caching:Enabled", "false")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            Task first = Send(client, "first", new CallOptions());
            Task many = Task.WhenAll(Enumerable.Range(0, 10).Select(_ => Send(client, "many", new CallOptions { Tenant = "many" })));
            Task few = Send(client, "few", new CallOptions { Tenant = "few" });
            Task background = Send(client, "late", new CallOptions { Priority = CallPriority.Background });
            Task urgent = Send(client, "urgent", new CallOptions { Priority = CallPriority.Interactive });

            IReadOnlyList<WaitSnapshot> waits = monitor.Explain();

            waits.Count.ShouldBe(13);
            waits.Single(w => w.Priority == CallPriority.Interactive).Ahead.ShouldBe(0);
            waits.Single(w => w.Tenant == "few").Ahead.ShouldBe(2);
            waits.Where(w => w.Tenant == "many").Select(w => w.Ahead).ShouldBe([2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
            waits.Single(w => w.Priority == CallPriority.Background).Ahead.ShouldBe(12);
            waits[0].Priority.ShouldBe(CallPriority.Interactive);
            waits[^1].Priority.ShouldBe(CallPriority.Background);
            await Task.WhenAll(first, many, few, background, urgent);
        });
    }

    [Fact]
    public async Task Names_the_gate_and_why_it_is_closed()
    {
        using var bench = new Bench();
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(20)).OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            Task call = Send(client, "things", new CallOptions());
            await Task.Delay(TimeSpan.FromSeconds(5), bench.Time);

            WaitSnapshot wait = monitor.Explain().ShouldHaveSingleItem();

            wait.Cause.ShouldNotBeNull().ShouldContain("429");
            (wait.ExpectedAt!.Value - bench.Time.GetUtcNow()).TotalSeconds.ShouldBeInRange(15, 16);
            (wait.GivesUpAt!.Value - bench.Time.GetUtcNow()).TotalSeconds.ShouldBeInRange(94, 95);
            wait.Message.ShouldEndWith("nobody is ahead of it.");
            await call;
        });
    }

    [Fact]
    public async Task Names_a_bulkhead_whose_slots_nobody_knows_when_they_come_free()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:MaxConcurrency", "1")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(3)));
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            Task calls = Task.WhenAll(Send(client, "a", new CallOptions()), Send(client, "b", new CallOptions()));

            WaitSnapshot wait = monitor.Explain().ShouldHaveSingleItem();

            (wait.Cause, wait.Ahead, wait.ExpectedAt).ShouldBe(("1 at once", 0, null));
            wait.Message.ShouldBe("Quota generic/api/* has room for this call at a time that is not known (limit 1 at once), nobody is ahead of it.");
            await calls;
        });
    }

    [Fact]
    public async Task A_refusal_says_it_in_the_same_words()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Limits", "1/minute"), ("TotalTimeout", "none")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            Task calls = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Send(client, "things", new CallOptions())));
            string last = monitor.Explain()[^1].Message;

            QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(() => Send(client, "things", new CallOptions { MaxWait = TimeSpan.FromSeconds(10) }));

            last.ShouldBe("Quota generic/api/* has room for this call in 00:03:00 (limit 1/minute), 2 calls are ahead of it.");
            refused.Message.ShouldStartWith("GET /things: Quota generic/api/* has room for this call in ");
            refused.Message.ShouldContain(" (limit 1/minute), 3 calls are ahead of it, and it may wait 10 s; it was not sent. ");
            await calls;
        });
    }

    [Fact]
    public async Task Shows_one_client_and_no_more_than_were_asked_for()
    {
        Bench? wired = null;
        using Bench bench = wired = new Bench(settings: Settings.For("api", ("Pacing:MinInterval", "00:00:01"), ("TotalTimeout", "none")), services: services => services
            .AddHttpClient("other", http => http.BaseAddress = new Uri("https://api.example/")).ConfigurePrimaryHttpMessageHandler(() => wired!.Wire)
            .AddResilienceHandlers(options => options.Pacing.MinInterval = TimeSpan.FromSeconds(1)));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = Monitor(bench);

        await bench.Run(async client =>
        {
            using HttpClient other = bench.Services.GetRequiredService<IHttpClientFactory>().CreateClient("other");
            Task calls = Task.WhenAll(new[] { client, other }.SelectMany(c => Enumerable.Range(0, 5).Select(_ => Send(c, "things", new CallOptions()))));

            monitor.Explain().Count.ShouldBe(8);
            monitor.Explain("other").Select(w => w.Client).ShouldBe(["other", "other", "other", "other"]);
            monitor.Explain("api", most: 2).Select(w => w.Ahead).ShouldBe([0, 1]);
            monitor.Explain("nobody").ShouldBeEmpty();
            Should.Throw<ArgumentOutOfRangeException>(() => monitor.Explain(most: 0));
            await calls;
        });

        monitor.Explain().ShouldBeEmpty();
    }

    private static DateTimeOffset StartOf(Bench bench) => bench.Time.GetUtcNow() - bench.Time.Elapsed;

    private static IResilienceMonitor Monitor(Bench bench) => bench.Services.GetRequiredService<IResilienceMonitor>();

    private static async Task Send(HttpClient client, string path, CallOptions options)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.SetCallOptions(options);
        (await client.SendAsync(request)).Dispose();
    }
}
