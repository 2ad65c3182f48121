using Handlers.ResponseCaching;
using Handlers.Tests.Support;

namespace Handlers.Tests.ResponseCaching;

public class MemoryResponseStoreTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualClock _time = new();

    [Fact]
    public async Task Finds_what_was_stored_and_nothing_else()
    {
        var store = new MemoryResponseStore(1 << 20, _time);
        StoredResponses responses = Samples.Responses(Samples.Stored());

        await store.SetAsync(Samples.Key("http://a/"), responses, Hour, default);

        Get(store, "http://a/").ShouldBe(responses);
        Get(store, "http://b/").ShouldBeNull();
        store.TryGet(Samples.Key("http://a/", "somebody"), out StoredResponses? foreign).ShouldBeTrue();
        foreign.ShouldBeNull();
    }

    [Fact]
    public async Task Displaces_the_least_recently_used_at_once()
    {
        MemoryResponseStore store = await Filled(3);

        Get(store, "http://a/0").ShouldNotBeNull();
        await store.SetAsync(Samples.Key("http://a/3"), Samples.Responses(Samples.Stored()), Hour, default);

        Get(store, "http://a/0").ShouldNotBeNull();
        Get(store, "http://a/1").ShouldBeNull();
        Get(store, "http://a/2").ShouldNotBeNull();
        Get(store, "http://a/3").ShouldNotBeNull();
        store.Count.ShouldBe(3);
    }

    [Fact]
    public async Task What_is_alone_too_large_drives_nothing_out()
    {
        MemoryResponseStore store = await Filled(3);

        await store.SetAsync(Samples.Key("http://a/0"), Samples.Responses(Samples.Stored(new string('x', 1 << 20))), Hour, default);

        Get(store, "http://a/0").ShouldBeNull();
        Get(store, "http://a/1").ShouldNotBeNull();
        Get(store, "http://a/2").ShouldNotBeNull();
        store.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Forgets_whatever_is_stored_of_an_address()
    {
        var store = new MemoryResponseStore(1 << 20, _time);
        foreach (string account in (string[])["a", "b", "c"])
        {
            await store.SetAsync(Samples.Key("http://a/", account), Samples.Responses(Samples.Stored()), Hour, default);
            await store.SetAsync(Samples.Key("http://a/", account).ForHead(), Samples.Responses(Samples.Stored()), Hour, default);
            await store.SetAsync(Samples.Key("http://b/", account), Samples.Responses(Samples.Stored()), Hour, default);
        }

        await store.RemoveAsync(Samples.Key("http://a/", "a"), default);
        store.RemoveAll("http://a/");
        store.RemoveAll("http://a/");

        store.Count.ShouldBe(3);
        store.RemoveAll("http://b/");
        (store.Count, store.Size).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Stays_within_its_bytes_and_keeps_the_newest()
    {
        const int Urls = 100_000;
        const long Bound = 1 << 20;
        var store = new MemoryResponseStore(Bound, _time);
        StoredResponses responses = Samples.Responses(Samples.Stored());

        for (int i = 0; i < Urls; i++)
        {
            await store.SetAsync(Samples.Key($"http://a/{i}"), responses, Hour, default);
            store.Size.ShouldBeLessThanOrEqualTo(Bound);
        }

        store.Count.ShouldBeGreaterThan(1000);
        for (int i = Urls - store.Count; i < Urls; i++)
        {
            Get(store, $"http://a/{i}").ShouldNotBeNull();
        }
    }

    [Fact]
    public async Task Counts_an_entry_once_when_it_is_replaced()
    {
        var store = new MemoryResponseStore(1 << 20, _time);

        for (int i = 0; i < 100; i++)
        {
            await store.SetAsync(Samples.Key("http://a/"), Samples.Responses(Samples.Stored(new string('x', i))), Hour, default);
        }

        store.Count.ShouldBe(1);
        await store.RemoveAsync(Samples.Key("http://a/"), default);
        store.Count.ShouldBe(0);
        store.Size.ShouldBe(0);
    }

    [Fact]
    public async Task Forgets_what_can_be_of_no_more_use()
    {
        var store = new MemoryResponseStore(1 << 20, _time);
        await store.SetAsync(Samples.Key("http://a/"), Samples.Responses(Samples.Stored()), Hour, default);

        _time.Advance(Hour);

        Get(store, "http://a/").ShouldBeNull();
        store.Count.ShouldBe(0);
    }

    [Fact]
    public async Task Shrinks_when_its_bound_does()
    {
        MemoryResponseStore store = await Filled(3);

        store.Resize(store.Size - 1);

        store.Count.ShouldBe(2);
        Get(store, "http://a/0").ShouldBeNull();
    }

    [Fact]
    public async Task Keeps_its_sums_right_under_a_crowd()
    {
        var store = new MemoryResponseStore(20_000, _time);
        StoredResponses responses = Samples.Responses(Samples.Stored());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (int i = 0; i < 5_000; i++)
            {
                ResponseKey key = Samples.Key($"http://a/{random.Next(50)}");
                switch (random.Next(3))
                {
                    case 0:
                        await store.SetAsync(key, responses, Hour, default);
                        break;
                    case 1:
                        await store.RemoveAsync(key, default);
                        break;
                    default:
                        store.TryGet(key, out _);
                        break;
                }
            }
        })));

        store.Size.ShouldBeInRange(0, 20_000);
        for (int i = 0; i < 50; i++)
        {
            await store.RemoveAsync(Samples.Key($"http://a/{i}"), default);
        }

        store.Count.ShouldBe(0);
        store.Size.ShouldBe(0);
    }

    private async Task<MemoryResponseStore> Filled(int entries)
    {
        var store = new MemoryResponseStore(long.MaxValue, _time);
        for (int i = 0; i < entries; i++)
        {
            await store.SetAsync(Samples.Key($"http://a/{i}"), Samples.Responses(Samples.Stored()), Hour, default);
        }

        store.Resize(store.Size);
        return store;
    }

    private static StoredResponses? Get(MemoryResponseStore store, string target)
    {
        store.TryGet(Samples.Key(target), out StoredResponses? found).ShouldBeTrue();
        return found;
    }
}
