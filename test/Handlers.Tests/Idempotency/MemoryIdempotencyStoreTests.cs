using Handlers.Idempotency;
using Handlers.Tests.Support;

namespace Handlers.Tests.Idempotency;

public sealed class MemoryIdempotencyStoreTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly ManualClock _time = new();

    [Fact]
    public async Task Stays_within_its_bounds_and_keeps_the_latest_used()
    {
        MemoryIdempotencyStore store = Store(100, 64 * 1024);

        for (int i = 0; i < 10_000; i++)
        {
            await Done(store, $"k{i}", 1000);
            (await store.ClaimAsync("k0", "f", default)).ShouldNotBeNull();
            store.Count.ShouldBeLessThanOrEqualTo(100);
            store.Bytes.ShouldBeLessThanOrEqualTo(64 * 1024);
        }

        (await store.ClaimAsync("k9999", "f", default))!.Result.Length.ShouldBe(1000);
        (await store.ClaimAsync("k5000", "f", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Never_drops_a_key_in_flight_or_of_unknown_outcome()
    {
        MemoryIdempotencyStore store = Store(10, 1L << 20);
        for (int i = 0; i < 9; i++)
        {
            await store.ClaimAsync($"open{i}", "f", default);
        }

        for (int i = 0; i < 100; i++)
        {
            await Done(store, $"k{i}", 10);
        }

        for (int i = 0; i < 9; i++)
        {
            (await store.ClaimAsync($"open{i}", "f", default))!.IsDone.ShouldBeFalse();
        }
    }

    [Fact]
    public async Task Full_of_open_keys_it_takes_no_more_and_says_what_to_change()
    {
        MemoryIdempotencyStore store = Store(2, 1L << 20);
        await store.ClaimAsync("a", "f", default);
        await store.ClaimAsync("b", "f", default);

        InvalidOperationException full = await Should.ThrowAsync<InvalidOperationException>(async () => await store.ClaimAsync("c", "f", default));

        full.Message.ShouldContain("Idempotency:MaxEntries");
    }

    [Fact]
    public async Task A_result_that_could_never_fit_leaves_the_knowledge_that_it_happened()
    {
        MemoryIdempotencyStore store = Store(10, 1000);

        await Done(store, "k", 5000);

        IdempotencyRecord record = (await store.ClaimAsync("k", "f", default))!;
        (record.IsDone, record.Result.IsEmpty).ShouldBe((true, true));
    }

    [Fact]
    public async Task Forgets_results_after_their_time_and_released_keys_at_once()
    {
        MemoryIdempotencyStore store = Store(10, 1L << 20);
        await Done(store, "k", 10);
        await store.ClaimAsync("r", "f", default);
        await store.ReleaseAsync("r", default);

        _time.Advance(Hour);

        (await store.ClaimAsync("k", "g", default)).ShouldBeNull();
        (await store.ClaimAsync("r", "g", default)).ShouldBeNull();
        store.Count.ShouldBe(2);
    }

    [Fact]
    public void Of_many_who_claim_a_key_at_once_one_gets_it()
    {
        MemoryIdempotencyStore store = Store(10_000, 1L << 20);
        int claimed = 0;

        Crowd.Run(8, () =>
        {
            for (int i = 0; i < 500; i++)
            {
                if (store.ClaimAsync($"k{i}", "f", default).AsTask().Result is null)
                {
                    Interlocked.Increment(ref claimed);
                }
            }
        });

        claimed.ShouldBe(500);
    }

    private static async Task Done(MemoryIdempotencyStore store, string key, int bytes)
    {
        if (await store.ClaimAsync(key, "f", default) is null)
        {
            await store.KeepAsync(key, new byte[bytes], Hour, default);
        }
    }

    private MemoryIdempotencyStore Store(int entries, long bytes) => new(new Clock(_time), entries, bytes);
}
