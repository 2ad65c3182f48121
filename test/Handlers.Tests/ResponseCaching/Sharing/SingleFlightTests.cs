using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.ResponseCaching;

/// <summary>Who asks for what is being fetched waits for that; a crowd makes one attempt.</summary>
public class SingleFlightTests
{
    private const int Crowd = 1000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_crowd_makes_one_attempt()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => CacheBench.Fresh("shared").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            string[] bodies = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => bench.ReadAsync()));

            bodies.ShouldAllBe(body => body == "shared");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
        bench.Time.Elapsed.ShouldBe(Second);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task Who_waited_is_told_so()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => CacheBench.Fresh().After(Second));

        await bench.Time.RunAsync(async () =>
        {
            HttpResponseMessage[] responses = await Task.WhenAll(bench.SendAsync(), bench.SendAsync());

            CacheBench.StatusOf(responses[0]).ShouldBe("Handlers;fwd=uri-miss;stored");
            CacheBench.StatusOf(responses[1]).ShouldBe("Handlers;fwd=miss;collapsed;ttl=59");
        });
    }

    [Fact]
    public async Task The_leaders_cancellation_fails_nobody_else()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => CacheBench.Fresh("shared").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            using var leader = new CancellationTokenSource(Second / 2, bench.Time);
            Task<string> cancelled = bench.ReadAsync(token: leader.Token);
            Task<string>[] others = [.. Enumerable.Range(0, 100).Select(_ => bench.ReadAsync())];

            await Should.ThrowAsync<OperationCanceledException>(() => cancelled);
            (await Task.WhenAll(others)).ShouldAllBe(body => body == "shared");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_followers_cancellation_fails_only_it()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => CacheBench.Fresh("shared").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            using var impatient = new CancellationTokenSource(Second / 2, bench.Time);
            Task<string> leader = bench.ReadAsync();
            Task<string> follower = bench.ReadAsync(token: impatient.Token);
            Task<string> patient = bench.ReadAsync();

            OperationCanceledException thrown = await Should.ThrowAsync<OperationCanceledException>(() => follower);
            thrown.CancellationToken.ShouldBe(impatient.Token);
            bench.Time.Elapsed.ShouldBe(Second / 2);
            (await leader).ShouldBe("shared");
            (await patient).ShouldBe("shared");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Whoever_follows_waits_no_longer_than_his_own_deadline()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching());
        bench.Wire.OnEach(_ => CacheBench.Fresh().After(10 * Second));

        await bench.Run(async client =>
        {
            Task<HttpResponseMessage> leader = client.GetAsync("things");
            using var hurried = new HttpRequestMessage(HttpMethod.Get, "things");
            hurried.SetCallOptions(new CallOptions { Deadline = 2 * Second });

            CallTimeoutException thrown = await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(hurried));

            thrown.IsDeadline.ShouldBeTrue();
            bench.Time.Elapsed.ShouldBe(2 * Second);
            (await leader).Dispose();
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_body_that_heeds_no_token_holds_the_leader_until_its_deadline_and_the_next_one_goes()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:api:TotalTimeout"] = "00:00:10",
            ["ResilienceHandlers:Clients:api:Retry:Enabled"] = "false",
        });
        using var stuck = new StubbornStream();
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? ScriptedAnswer.From(_ => new HttpResponseMessage { Content = new StreamContent(stuck) }).Header("Cache-Control", "max-age=60").After(Second)
            : CacheBench.Fresh("shared"));

        await bench.Run(async client =>
        {
            Task leader = client.GetAsync("things");
            await bench.Time.AdvanceAsync(Second / 2);
            Task<string> follower = client.GetStringAsync("things");

            (await Should.ThrowAsync<CallTimeoutException>(leader)).IsDeadline.ShouldBeTrue();
            bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
            (await follower).ShouldBe("shared");
            stuck.Release();
        });

        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_leader_that_has_to_wait_before_it_asks_again_lets_the_next_one_go()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching().AddRetries(o => o.BaseDelay = 20 * Second));
        bench.Wire.Answers(ScriptedAnswer.Status(503).After(Second));
        bench.Wire.OnEach(_ => CacheBench.Fresh("shared").After(Second));

        await bench.Run(async client =>
        {
            Task<string> unlucky = client.GetStringAsync("things");
            string[] others = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.GetStringAsync("things")));

            others.ShouldAllBe(body => body == "shared");
            bench.Time.Elapsed.ShouldBe(2 * Second);
            (await unlucky).ShouldBe("shared");
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_failing_server_is_tried_by_each_at_once()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(attempt => attempt.Number == 1
            ? ScriptedAnswer.Failure(new HttpRequestException("down")).After(Second)
            : CacheBench.Fresh().After(Second));

        await bench.Time.RunAsync(async () =>
        {
            Task<string> leader = bench.ReadAsync();
            Task<string>[] others = [.. Enumerable.Range(0, 10).Select(_ => bench.ReadAsync())];

            await Should.ThrowAsync<HttpRequestException>(() => leader);
            (await Task.WhenAll(others)).ShouldAllBe(body => body == "fresh");
        });

        bench.Wire.Attempts.Count.ShouldBe(11);
        bench.Time.Elapsed.ShouldBe(2 * Second);
    }

    [Fact]
    public async Task Who_has_something_stale_uses_it_when_the_leader_fails()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("old", seconds: 1), ScriptedAnswer.Failure(new HttpRequestException("down")).After(Second));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);

            (await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.ReadAsync()))).ShouldAllBe(body => body == "old");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_stale_answer_is_confirmed_once_for_all()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(
            CacheBench.Fresh("old", seconds: 1).Header("ETag", "\"a\""),
            ScriptedAnswer.Status(304).Header("Cache-Control", "max-age=60").Header("ETag", "\"a\"").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(3 * Second, bench.Time);

            (await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => bench.ReadAsync()))).ShouldAllBe(body => body == "old");
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
        bench.Wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task Works_through_an_asynchronous_store_too()
    {
        using var bench = new CacheBench(store: new DistributedResponseStore(new DictionaryCache()));
        bench.Wire.OnEach(_ => CacheBench.Fresh("shared").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            string[] bodies = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => bench.ReadAsync()));

            bodies.ShouldAllBe(body => body == "shared");
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Survives_cancellations_at_any_moment()
    {
        using var bench = new CacheBench();
        var random = new Random(7);
        bench.Wire.OnEach(attempt => (attempt.Number % 3) switch
        {
            0 => ScriptedAnswer.Failure(new HttpRequestException("down")).After(Second),
            1 => CacheBench.Fresh(seconds: 1).After(Second),
            _ => ScriptedAnswer.Status(200).Text("own").After(Second),
        });

        await bench.Time.RunAsync(async () =>
        {
            IEnumerable<Task> calls = Enumerable.Range(0, 500).Select(async i =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(20_000)), bench.Time);
                using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(1, 3000)), bench.Time);
                try
                {
                    await bench.ReadAsync(CacheBench.Get($"https://api.example/{i % 5}"), patience.Token);
                }
                catch (Exception failure) when (failure is OperationCanceledException or HttpRequestException)
                {
                }
            });
            await Task.WhenAll(calls);

            await Task.Delay(5 * Second, bench.Time);
            string[] after = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => Read($"https://api.example/{i}")));
            after.ShouldAllBe(body => body != "hangs");
        });

        bench.Wire.Undisposed.ShouldBe(0);

        async Task<string> Read(string url)
        {
            try
            {
                return await bench.ReadAsync(CacheBench.Get(url)).WaitAsync(60 * Second, bench.Time);
            }
            catch (HttpRequestException)
            {
                return "down";
            }
            catch (TimeoutException)
            {
                return "hangs";
            }
        }
    }
}
