using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.ResponseCaching;

public class StoreTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_store_that_throws_costs_nobody_an_answer_and_is_reported_once()
    {
        var cache = new DictionaryCache { Before = static _ => throw new InvalidOperationException("down") };
        using Bench bench = WithStore(new DistributedResponseStore(cache));
        bench.Wire.OnEach(_ => CacheBench.Fresh("answer"));

        await bench.Run(async client =>
        {
            for (int i = 0; i < 5; i++)
            {
                (await client.GetStringAsync("things")).ShouldBe("answer");
                (await client.PostAsync("things", null)).Dispose();
            }

            bench.Log.Named("StoreFailed").Count().ShouldBe(1);
            cache.Before = static _ => Task.CompletedTask;
            await client.GetStringAsync("things");
            await client.GetStringAsync("things");
        });

        bench.Log.Named("StoreRecovered").Count().ShouldBe(1);
        bench.Wire.Attempts.Count.ShouldBe(11);
    }

    [Fact]
    public async Task A_store_that_hangs_holds_nobody_longer_than_the_timeout_and_then_nobody_for_a_while()
    {
        var cache = new DictionaryCache { Before = static token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };
        using Bench bench = WithStore(new DistributedResponseStore(cache));
        bench.Wire.OnEach(_ => CacheBench.Fresh("answer"));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("answer");
            bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(0.5));
            (await client.GetStringAsync("things")).ShouldBe("answer");
            bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(0.5));
        });

        bench.Log.Named("StoreFailed").Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_store_that_hangs_holds_no_call_past_its_deadline()
    {
        var cache = new DictionaryCache { Before = static token => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token) };
        using Bench bench = WithStore(new DistributedResponseStore(cache));

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { Deadline = Second / 5 });
            CallTimeoutException late = await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(request));

            late.IsDeadline.ShouldBeTrue();
        });

        bench.Time.Elapsed.ShouldBe(Second / 5);
        bench.Wire.Attempts.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_store_that_ignores_its_token_has_only_so_many_operations_under_way()
    {
        var never = new TaskCompletionSource();
        int asked = 0;
        var cache = new DictionaryCache
        {
            Before = _ =>
            {
                Interlocked.Increment(ref asked);
                return never.Task;
            },
        };
        using Bench bench = WithStore(new DistributedResponseStore(cache));
        bench.Wire.OnEach(_ => CacheBench.Fresh("answer"));

        await bench.Run(client => Task.WhenAll(Enumerable.Range(0, 500).Select(i => client.GetStringAsync($"things/{i}"))));

        asked.ShouldBeLessThanOrEqualTo(64);
    }

    [Fact]
    public async Task What_could_not_be_removed_is_not_used_any_more()
    {
        var cache = new DictionaryCache();
        using Bench bench = WithStore(new DistributedResponseStore(cache));
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));

        await bench.Run(async client =>
        {
            (await client.GetStringAsync("things")).ShouldBe("1");
            await Task.Delay(Second, bench.Time);
            cache.Before = static _ => throw new InvalidOperationException("down");
            (await client.PostAsync("things", null)).Dispose();
            cache.Before = static _ => Task.CompletedTask;

            (await client.GetStringAsync("things")).ShouldBe("3");
            await Task.Delay(Second, bench.Time);
            (await client.GetStringAsync("things")).ShouldBe("3");
        });
    }

    [Fact]
    public async Task What_a_write_removes_while_a_store_is_at_work_does_not_come_back()
    {
        var cache = new DictionaryCache();
        var slow = new TaskCompletionSource();
        using Bench bench = WithStore(new DistributedResponseStore(cache));
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));

        await bench.Run(async client =>
        {
            using (HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead))
            {
                cache.Before = _ => slow.Task;
                await response.Content.ReadAsStringAsync();
            }

            cache.Before = static _ => Task.CompletedTask;
            (await client.PostAsync("things", null)).Dispose();
            slow.SetResult();
            await Task.Delay(Second, bench.Time);

            (await client.GetStringAsync("things")).ShouldBe("3");
        });
    }

    [Fact]
    public async Task Who_cancels_a_write_does_not_wait_for_the_store()
    {
        var cache = new DictionaryCache();
        using Bench bench = WithStore(new DistributedResponseStore(cache));
        bench.Wire.Answers(ScriptedAnswer.Status(200).After(10 * Second));
        cache.Before = token => Task.Delay(Second / 4, bench.Time, token);

        await bench.Run(async client =>
        {
            using var leaving = new CancellationTokenSource(Second, bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(() => client.PostAsync("things", null, leaving.Token));

            bench.Time.Elapsed.ShouldBe(Second);
        });
    }

    [Fact]
    public async Task A_synchronous_call_for_what_is_cached_only_asks_no_server()
    {
        using Bench bench = WithStore(new DistributedResponseStore(new DictionaryCache()));

        await bench.Run(client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.SetCallOptions(new CallOptions { Cache = CacheMode.OnlyIfCached });
            using HttpResponseMessage response = client.Send(request);
            response.StatusCode.ShouldBe(HttpStatusCode.GatewayTimeout);
            return Task.CompletedTask;
        });

        bench.Wire.Attempts.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 72, 82, 67, 99, 0, 0, 0, 0, 1, 0, 0, 0 })]
    public async Task Garbage_is_a_miss_and_goes(byte[] garbage)
    {
        var cache = new DictionaryCache();
        using var bench = new CacheBench(store: new DistributedResponseStore(cache));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200).Text("answer").Header("Cache-Control", "no-store"));
        bench.Wire.Answers(CacheBench.Fresh());

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            await Task.Delay(Second, bench.Time);
            cache.Values[cache.Values.Keys.Single()] = garbage;

            (await bench.ReadAsync()).ShouldBe("answer");
        });

        cache.Values.ShouldBeEmpty();
    }

    [Fact]
    public async Task Another_process_finds_what_this_one_stored_and_its_age()
    {
        var cache = new DictionaryCache();
        using var one = new CacheBench(store: new DistributedResponseStore(cache));
        using var other = new CacheBench(store: new DistributedResponseStore(cache));
        one.Wire.Answers(CacheBench.Fresh("of one", seconds: 100));

        await one.Time.RunAsync(async () =>
        {
            await one.ReadAsync();
            await Task.Delay(Second, one.Time);
        });
        await other.Time.RunAsync(async () =>
        {
            await Task.Delay(30 * Second, other.Time);
            using HttpResponseMessage hit = await other.SendAsync();

            (await hit.Content.ReadAsStringAsync()).ShouldBe("of one");
            hit.Headers.NonValidated["Age"].ToString().ShouldBe("30");
        });

        cache.LastLifetime.ShouldBe(TimeSpan.FromSeconds(100) + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_synchronous_call_goes_past_an_asynchronous_store_and_that_is_said_once()
    {
        using Bench bench = WithStore(new DistributedResponseStore(new DictionaryCache()));
        bench.Wire.OnEach(_ => CacheBench.Fresh("answer"));

        await bench.Time.RunSyncAsync(() =>
        {
            using HttpClient client = bench.Create();
            for (int i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "things");
                using HttpResponseMessage response = client.Send(request);
                response.StatusCode.ShouldBe(HttpStatusCode.OK);
            }

            return 0;
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
        bench.Log.Named("StorePassedOver").Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_synchronous_call_is_answered_from_memory()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching());
        bench.Wire.OnEach(_ => CacheBench.Fresh("answer"));

        await bench.Time.RunSyncAsync(() =>
        {
            using HttpClient client = bench.Create();
            for (int i = 0; i < 3; i++)
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, "things");
                using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
                using var reader = new StreamReader(response.Content.ReadAsStream());
                reader.ReadToEnd().ShouldBe("answer");
            }

            return 0;
        });

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_stored_outlives_the_handlers()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching().SetHandlerLifetime(TimeSpan.FromSeconds(1)));
        bench.Wire.OnEach(_ => CacheBench.Fresh("answer", seconds: 3600));

        await bench.Run(client => client.GetStringAsync("things"));
        ClientState first = StateOf(bench);
        using (var second = new ResponseCachingHandler(first) { InnerHandler = bench.Wire })
        {
            using var invoker = new HttpMessageInvoker(second, disposeHandler: false);
            await bench.Time.RunAsync(async () =>
            {
                using HttpResponseMessage hit = await invoker.SendAsync(CacheBench.Get(), default);
                (await hit.Content.ReadAsStringAsync()).ShouldBe("answer");
            });
        }

        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_new_bound_takes_effect_without_losing_what_fits()
    {
        using var bench = new Bench(add: b => b.AddResponseCaching());
        bench.Wire.OnEach(_ => CacheBench.Fresh(new string('x', 1000)));

        await bench.Run(async client =>
        {
            for (int i = 0; i < 10; i++)
            {
                await client.GetStringAsync($"things/{i}");
            }

            bench.Settings.Edit("ResilienceHandlers:Clients:api:Caching:MaxBytes", "5000");
            await client.GetStringAsync("things/9");
            bench.Wire.Attempts.Count.ShouldBe(10);
            await client.GetStringAsync("things/0");
            bench.Wire.Attempts.Count.ShouldBe(11);
        });
    }

    [Fact]
    public async Task Is_configured_and_switched_off_like_everything_else()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["ResilienceHandlers:Clients:api:Caching:Enabled"] = "false",
        });
        bench.Wire.OnEach(_ => CacheBench.Fresh("answer"));

        await bench.Run(async client =>
        {
            await client.GetStringAsync("things");
            using HttpResponseMessage response = await client.GetAsync("things");
            response.Headers.NonValidated.Contains("Cache-Status").ShouldBeFalse();
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_read_that_began_before_a_write_does_not_bring_the_past_back()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("before").After(2 * Second), ScriptedAnswer.Status(200).After(Second), CacheBench.Fresh("after"));

        await bench.Time.RunAsync(async () =>
        {
            Task<string> read = bench.ReadAsync();
            using var write = new HttpRequestMessage(HttpMethod.Post, CacheBench.Url);
            await bench.ReadAsync(write);
            (await read).ShouldBe("before");

            (await bench.ReadAsync()).ShouldBe("after");
            (await bench.ReadAsync()).ShouldBe("after");
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Of_two_answers_that_crossed_the_newer_one_stays()
    {
        using var bench = new CacheBench(new ResponseCachingOptions { SingleFlight = false });
        bench.Wire.Answers(
            CacheBench.Fresh().Body(new ScriptedBody().Text("older").Wait(5 * Second)),
            CacheBench.Fresh("newer").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            (await Task.WhenAll(bench.ReadAsync(), bench.ReadAsync())).ShouldBe(["older", "newer"]);

            (await bench.ReadAsync()).ShouldBe("newer");
        });
    }

    [Theory]
    [InlineData(CacheMode.NoStore, 2, false)]
    [InlineData(CacheMode.Revalidate, 2, true)]
    [InlineData(CacheMode.PreferCached, 1, true)]
    [InlineData(CacheMode.OnlyIfCached, 1, true)]
    [InlineData(CacheMode.Default, 1, true)]
    public async Task A_call_says_how_it_uses_the_cache(CacheMode mode, int attempts, bool seen)
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(_ => CacheBench.Fresh());

        await bench.Time.RunAsync(async () =>
        {
            await bench.ReadAsync();
            using HttpRequestMessage request = CacheBench.Get();
            request.SetCallOptions(new CallOptions { Cache = mode });
            using HttpResponseMessage response = await bench.SendAsync(request);
            (CacheBench.StatusOf(response) != "Handlers;fwd=bypass").ShouldBe(seen);
            request.Headers.NonValidated.Count.ShouldBe(0);
        });

        bench.Wire.Attempts.Count.ShouldBe(attempts);
    }

    private static Bench WithStore(IResponseStore store) =>
        new(add: b => b.AddResponseCaching(), services: s => s.AddSingleton(store));

    private static ClientState StateOf(Bench bench) => bench.Services.GetRequiredService<Handlers.Registration.ClientRegistry>().Get(bench.Client);
}
