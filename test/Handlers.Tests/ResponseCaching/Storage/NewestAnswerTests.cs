using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.ResponseCaching;

/// <summary>Who has seen a newer answer does not get an older one again, however requests, writes and stores overlap.</summary>
public class NewestAnswerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_read_of_one_client_that_began_before_a_write_of_another_does_not_bring_the_past_back_for_those_who_share_a_store()
    {
        Bench? wired = null;
        using var bench = wired = new Bench(
            add: b => b.AddResponseCaching(o => o.SharedStore = true),
            services: s => s.AddHttpClient("writer").ConfigurePrimaryHttpMessageHandler(() => wired!.Wire).AddResponseCaching(o => o.SharedStore = true));
        bench.Wire.Answers(CacheBench.Fresh("before").After(2 * Second), ScriptedAnswer.Status(200).After(Second), CacheBench.Fresh("after"));

        await bench.Run(async client =>
        {
            Task<string> read = client.GetStringAsync("https://api.example/things");
            using HttpClient writer = bench.Services.GetRequiredService<IHttpClientFactory>().CreateClient("writer");
            (await writer.PostAsync("https://api.example/things", null)).Dispose();
            (await read).ShouldBe("before");

            (await client.GetStringAsync("https://api.example/things")).ShouldBe("after");
        });
    }

    [Fact]
    public async Task A_wall_clock_set_back_does_not_keep_old_answers_in_place_of_new_ones()
    {
        using var bench = new CacheBench();
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("1");
            bench.Time.JumpWallClock(TimeSpan.FromHours(-1));
            await Task.Delay(100 * Second, bench.Time);
            (await bench.ReadAsync()).ShouldBe("2");

            (await bench.ReadAsync()).ShouldBe("2");
        });
    }

    [Fact]
    public async Task Of_two_answers_that_crossed_the_one_that_the_server_dates_later_stays_though_it_came_first()
    {
        using var bench = new CacheBench(new ResponseCachingOptions { SingleFlight = false });
        string Date(int seconds) => (bench.Time.GetUtcNow() + (seconds * Second)).ToString("R");
        bench.Wire.Answers(
            CacheBench.Fresh("older").Header("Date", Date(0)).After(5 * Second),
            CacheBench.Fresh("newer").Header("Date", Date(2)).After(2 * Second));

        await bench.Time.RunAsync(async () =>
        {
            (await Task.WhenAll(bench.ReadAsync(), bench.ReadAsync())).ShouldBe(["older", "newer"]);

            (await bench.ReadAsync()).ShouldBe("newer");
        });
    }

    [Fact]
    public async Task A_confirmation_that_was_overtaken_by_a_newer_answer_does_not_bring_the_old_one_back()
    {
        using var bench = new CacheBench();
        string Date(int seconds) => (bench.Time.GetUtcNow() + (seconds * Second)).ToString("R");
        bench.Wire.Answers(CacheBench.Fresh("older", seconds: 1).Header("ETag", "\"1\"").Header("Date", Date(0)));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("older");
            await Task.Delay(10 * Second, bench.Time);
            bench.Wire.Answers(
                ScriptedAnswer.Status(304).Header("ETag", "\"1\"").Header("Cache-Control", "max-age=60").Header("Date", Date(0)).After(5 * Second),
                CacheBench.Fresh("newer").Header("ETag", "\"2\"").Header("Date", Date(2)).After(2 * Second));
            Task<string> overtaken = bench.ReadAsync();
            using HttpRequestMessage reload = CacheBench.Get(fields: ("Cache-Control", "no-cache"));
            (await bench.ReadAsync(reload)).ShouldBe("newer");
            await overtaken;

            (await bench.ReadAsync()).ShouldBe("newer");
        });
    }

    [Theory]
    [InlineData(5, 2)]
    [InlineData(2, 5)]
    public async Task What_an_answer_that_is_not_stored_has_replaced_does_not_come_back_by_a_confirmation_that_crossed_it(int confirmedAfter, int replacedAfter)
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("older", seconds: 1).Header("ETag", "\"1\""));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("older");
            await Task.Delay(10 * Second, bench.Time);
            bench.Wire.Answers(
                ScriptedAnswer.Status(304).Header("ETag", "\"1\"").Header("Cache-Control", "max-age=60").After(confirmedAfter * Second),
                ScriptedAnswer.Status(200).Text("newer").Header("Cache-Control", "no-store").After(replacedAfter * Second),
                CacheBench.Fresh("latest"));
            Task<string> confirmed = bench.ReadAsync();
            using HttpRequestMessage reload = CacheBench.Get(fields: ("Cache-Control", "no-cache"));
            (await bench.ReadAsync(reload)).ShouldBe("newer");
            (await confirmed).ShouldBe("older");

            (await bench.ReadAsync()).ShouldBe("latest");
        });
    }

    [Fact]
    public async Task What_the_server_has_replaced_goes_from_a_store_that_makes_a_new_object_for_each_look()
    {
        using var bench = new CacheBench(store: new ByteStore());
        bench.Wire.Answers(
            CacheBench.Fresh("replaced").Header("ETag", "\"1\""),
            ScriptedAnswer.Status(200).Text("secret").Header("Cache-Control", "no-store"),
            CacheBench.Fresh("latest"));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("replaced");
            using HttpRequestMessage reload = CacheBench.Get(fields: ("Cache-Control", "no-cache"));
            (await bench.ReadAsync(reload)).ShouldBe("secret");

            (await bench.ReadAsync()).ShouldBe("latest");
        });
    }

    [Fact]
    public async Task Variants_that_a_write_removes_while_another_is_being_forgotten_do_not_come_back()
    {
        var store = new ByteStore();
        using var bench = new CacheBench(store: store);
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}").Header("Vary", "Accept-Language").Header("ETag", $"\"{attempt.Number}\""));

        await bench.Time.RunAsync(async () =>
        {
            using HttpRequestMessage german = CacheBench.Get(fields: ("Accept-Language", "de"));
            (await bench.ReadAsync(german)).ShouldBe("1");
            using HttpRequestMessage english = CacheBench.Get(fields: ("Accept-Language", "en"));
            (await bench.ReadAsync(english)).ShouldBe("2");
            store.BeforeSet = Task.Delay(Second / 4, bench.Time);
            bench.Wire.Answers(ScriptedAnswer.Status(200).Text("3").Header("Cache-Control", "no-store"));
            using HttpRequestMessage reload = CacheBench.Get(fields: [("Accept-Language", "en"), ("Cache-Control", "no-cache")]);
            (await bench.ReadAsync(reload)).ShouldBe("3");
            using var write = new HttpRequestMessage(HttpMethod.Post, CacheBench.Url);
            await bench.ReadAsync(write);
            await Task.Delay(Second, bench.Time);

            using HttpRequestMessage again = CacheBench.Get(fields: ("Accept-Language", "de"));
            (await bench.ReadAsync(again)).ShouldBe("5");
        });
    }

    [Fact]
    public async Task Who_waited_since_before_a_write_shares_what_was_asked_before_it()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("before").After(5 * Second), ScriptedAnswer.Status(200).After(Second), CacheBench.Fresh("after"));

        await bench.Time.RunAsync(async () =>
        {
            Task<string>[] herd = [.. Enumerable.Range(0, 10).Select(_ => bench.ReadAsync())];
            using var write = new HttpRequestMessage(HttpMethod.Post, CacheBench.Url);
            await bench.ReadAsync(write);
            (await Task.WhenAll(herd)).ShouldAllBe(body => body == "before");

            (await bench.ReadAsync()).ShouldBe("after");
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_could_not_be_replaced_in_the_store_is_not_used_any_more()
    {
        var cache = new DictionaryCache();
        using var bench = new CacheBench(store: new DistributedResponseStore(cache));
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("1");
            int operations = 0;
            (await ReloadAsync(bench, cache, _ => ++operations > 2 ? throw new InvalidOperationException("down") : Task.CompletedTask)).ShouldBe("2");
            await Task.Delay(Second, bench.Time);
            cache.Before = static _ => Task.CompletedTask;

            (await bench.ReadAsync()).ShouldBe("3");
            await Task.Delay(Second, bench.Time);
            (await bench.ReadAsync()).ShouldBe("3");
        });
    }

    [Fact]
    public async Task Nobody_gets_the_older_answer_while_a_store_is_still_writing_the_newer_one()
    {
        var cache = new DictionaryCache();
        using var bench = new CacheBench(store: new DistributedResponseStore(cache));
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}"));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("1");
            (await ReloadAsync(bench, cache, token => Task.Delay(Second / 10, bench.Time, token))).ShouldBe("2");

            (await bench.ReadAsync()).ShouldBe("3");
            await Task.Delay(Second, bench.Time);
            (await bench.ReadAsync()).ShouldBe("3");
        });
    }

    [Fact]
    public async Task Nobody_gets_what_the_server_has_replaced_while_a_store_is_still_removing_it()
    {
        var cache = new DictionaryCache();
        using var bench = new CacheBench(store: new DistributedResponseStore(cache));
        bench.Wire.Answers(CacheBench.Fresh("older"), ScriptedAnswer.Status(200).Text("newer").Header("Cache-Control", "no-store"), CacheBench.Fresh("latest"));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("older");
            (await ReloadAsync(bench, cache, token => Task.Delay(Second / 10, bench.Time, token))).ShouldBe("newer");
            cache.Before = static _ => Task.CompletedTask;

            (await bench.ReadAsync()).ShouldBe("latest");
        });
    }

    [Fact]
    public async Task Several_parts_of_what_is_stored_leave_it_there_and_it_stands_in_for_none()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(
            CacheBench.Fresh("stored"),
            ScriptedAnswer.Status(206).Text("parts", "multipart/byteranges"),
            ScriptedAnswer.Status(503));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("stored");
            using HttpRequestMessage ranges = CacheBench.Get(fields: ("Range", "bytes=0-1,3-4"));
            (await bench.ReadAsync(ranges)).ShouldBe("parts");
            using HttpRequestMessage again = CacheBench.Get(fields: ("Range", "bytes=0-1,3-4"));
            using HttpResponseMessage failed = await bench.SendAsync(again);
            ((int)failed.StatusCode).ShouldBe(503);

            (await bench.ReadAsync()).ShouldBe("stored");
        });
    }

    [Fact]
    public async Task Answers_for_other_headers_stay_while_one_is_replaced_in_a_slow_store()
    {
        var cache = new DictionaryCache();
        using var bench = new CacheBench(store: new DistributedResponseStore(cache));
        bench.Wire.OnEach(attempt => CacheBench.Fresh($"{attempt.Number}").Header("Vary", "Accept-Language"));

        await bench.Time.RunAsync(async () =>
        {
            cache.Before = token => Task.Delay(Second / 10, bench.Time, token);
            using HttpRequestMessage german = CacheBench.Get(fields: ("Accept-Language", "de"));
            (await bench.ReadAsync(german)).ShouldBe("1");
            await Task.Delay(Second, bench.Time);
            using HttpRequestMessage english = CacheBench.Get(fields: ("Accept-Language", "en"));
            (await bench.ReadAsync(english)).ShouldBe("2");
            await Task.Delay(Second, bench.Time);
            using HttpRequestMessage reload = CacheBench.Get(fields: [("Accept-Language", "en"), ("Cache-Control", "no-cache")]);
            (await bench.ReadAsync(reload)).ShouldBe("3");
            await Task.Delay(Second, bench.Time);

            using HttpRequestMessage again = CacheBench.Get(fields: ("Accept-Language", "de"));
            (await bench.ReadAsync(again)).ShouldBe("1");
            using HttpRequestMessage newest = CacheBench.Get(fields: ("Accept-Language", "en"));
            (await bench.ReadAsync(newest)).ShouldBe("3");
        });
    }

    [Fact]
    public async Task What_a_whole_answer_to_several_ranges_has_replaced_is_not_used_any_more()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("older"), ScriptedAnswer.Status(200).Text("newer").Header("Cache-Control", "no-store"), CacheBench.Fresh("latest"));

        await bench.Time.RunAsync(async () =>
        {
            (await bench.ReadAsync()).ShouldBe("older");
            using HttpRequestMessage ranges = CacheBench.Get(fields: ("Range", "bytes=0-1,3-4"));
            (await bench.ReadAsync(ranges)).ShouldBe("newer");

            (await bench.ReadAsync()).ShouldBe("latest");
        });
    }

    [Fact]
    public async Task A_herd_after_a_write_does_not_wait_for_a_read_that_began_before_it()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("before").After(10 * Second), ScriptedAnswer.Status(200).After(Second));
        bench.Wire.OnEach(_ => CacheBench.Fresh("after").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            Task<string> read = bench.ReadAsync();
            using var write = new HttpRequestMessage(HttpMethod.Post, CacheBench.Url);
            await bench.ReadAsync(write);
            string[] herd = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => bench.ReadAsync()));

            herd.ShouldAllBe(body => body == "after");
            bench.Time.Elapsed.ShouldBe(2 * Second);
            (await read).ShouldBe("before");
            (await bench.ReadAsync()).ShouldBe("after");
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Who_takes_the_place_of_a_leader_after_a_write_shares_what_he_gets()
    {
        using var bench = new CacheBench();
        bench.Wire.Answers(CacheBench.Fresh("before").After(10 * Second), ScriptedAnswer.Status(200).After(Second));
        bench.Wire.OnEach(_ => CacheBench.Fresh("after").After(Second));

        await bench.Time.RunAsync(async () =>
        {
            using var leader = new CancellationTokenSource(2 * Second, bench.Time);
            Task<string> leaving = bench.ReadAsync(token: leader.Token);
            Task<string>[] herd = [.. Enumerable.Range(0, 10).Select(_ => bench.ReadAsync())];
            using var write = new HttpRequestMessage(HttpMethod.Post, CacheBench.Url);
            await bench.ReadAsync(write);

            (await Task.WhenAll(herd)).ShouldAllBe(body => body == "after");
            await Should.ThrowAsync<OperationCanceledException>(() => leaving);
            (await bench.ReadAsync()).ShouldBe("after");
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    /// <summary>A second later the caller asks for the server's word, while the store behaves like that.</summary>
    private static async Task<string> ReloadAsync(CacheBench bench, DictionaryCache cache, Func<CancellationToken, Task> store)
    {
        await Task.Delay(Second, bench.Time);
        cache.Before = store;
        using HttpRequestMessage reload = CacheBench.Get(fields: ("Cache-Control", "no-cache"));
        return await bench.ReadAsync(reload);
    }

    /// <summary>Keeps bytes, and finds them without waiting: as a file or an embedded database would.</summary>
    private sealed class ByteStore : IResponseStore
    {
        private readonly Dictionary<ResponseKey, byte[]> _values = [];

        public Task BeforeSet { get; set; } = Task.CompletedTask;

        public bool TryGet(ResponseKey key, out StoredResponses? responses)
        {
            responses = _values.TryGetValue(key, out byte[]? bytes) ? StoredResponses.FromBytes(bytes) : null;
            return true;
        }

        public ValueTask<StoredResponses?> GetAsync(ResponseKey key, CancellationToken cancellationToken)
        {
            TryGet(key, out StoredResponses? responses);
            return ValueTask.FromResult(responses);
        }

        public async ValueTask SetAsync(ResponseKey key, StoredResponses responses, TimeSpan keepFor, CancellationToken cancellationToken)
        {
            await BeforeSet;
            _values[key] = responses.ToBytes();
        }

        public ValueTask RemoveAsync(ResponseKey key, CancellationToken cancellationToken)
        {
            _values.Remove(key);
            return ValueTask.CompletedTask;
        }
    }
}
