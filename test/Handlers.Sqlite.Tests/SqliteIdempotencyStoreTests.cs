using Handlers.Testing;

namespace Handlers.Sqlite.Tests;

public sealed class SqliteIdempotencyStoreTests : IDisposable
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly TemporaryFile _file = new();
    private readonly VirtualTime _time = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task A_key_is_claimed_once_and_its_result_outlives_the_process()
    {
        using (SqliteIdempotencyStore first = Open())
        {
            (await first.ClaimAsync("k", "f", default)).ShouldBeNull();
            await first.KeepAsync("k", new byte[] { 1, 2, 3 }, Hour, default);
        }

        using SqliteIdempotencyStore second = Open();
        IdempotencyRecord record = (await second.ClaimAsync("k", "other", default)).ShouldNotBeNull();
        (record.Fingerprint, record.IsDone).ShouldBe(("f", true));
        record.Result.ToArray().ShouldBe([1, 2, 3]);
        record.At.ShouldBe(_time.GetUtcNow());
    }

    [Fact]
    public async Task A_claim_that_nobody_ended_is_unknown_and_stays()
    {
        using (SqliteIdempotencyStore first = Open())
        {
            await first.ClaimAsync("k", "f", default);
        }

        _time.Advance(TimeSpan.FromDays(400));
        using SqliteIdempotencyStore second = Open();
        IdempotencyRecord record = (await second.ClaimAsync("k", "f", default)).ShouldNotBeNull();
        (record.IsDone, record.Result.IsEmpty).ShouldBe((false, true));
    }

    [Fact]
    public async Task A_result_leaves_after_its_time_and_a_released_key_at_once()
    {
        using SqliteIdempotencyStore store = Open();
        await store.ClaimAsync("k", "f", default);
        await store.KeepAsync("k", default, Hour, default);
        await store.ClaimAsync("r", "f", default);
        await store.ReleaseAsync("r", default);
        (await store.ClaimAsync("k", "f", default))!.IsDone.ShouldBeTrue();

        _time.Advance(Hour);

        (await store.ClaimAsync("k", "g", default)).ShouldBeNull();
        (await store.ClaimAsync("r", "g", default)).ShouldBeNull();
    }

    [Fact]
    public async Task Old_results_are_swept_and_unknown_outcomes_are_not()
    {
        using SqliteIdempotencyStore store = Open();
        await store.ClaimAsync("open", "f", default);
        for (int i = 0; i < 20; i++)
        {
            await store.ClaimAsync($"k{i}", "f", default);
            await store.KeepAsync($"k{i}", new byte[10], Hour, default);
        }

        _time.Advance(Hour);
        for (int i = 0; i < 300; i++)
        {
            await store.ClaimAsync($"later{i}", "f", default);
        }

        using var file = new SqliteFile(_file.Path);
        long left = file.Change(0, static (connection, _) =>
        {
            using Microsoft.Data.Sqlite.SqliteCommand count = connection.CreateCommand();
            count.CommandText = "SELECT count(*) FROM keys WHERE expires IS NOT NULL";
            return (long)count.ExecuteScalar()!;
        });
        left.ShouldBe(0);
        (await store.ClaimAsync("open", "f", default)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Two_processes_at_once_do_not_both_get_a_key()
    {
        using SqliteIdempotencyStore a = Open();
        using SqliteIdempotencyStore b = Open();
        int claimed = 0;

        await Task.WhenAll(((SqliteIdempotencyStore[])[a, b]).Select(store => Task.Run(async () =>
        {
            for (int i = 0; i < 100; i++)
            {
                if (await store.ClaimAsync($"k{i}", "f", default) is null)
                {
                    Interlocked.Increment(ref claimed);
                }
            }
        })));

        claimed.ShouldBe(100);
    }

    [Fact]
    public async Task Keeping_what_was_not_claimed_is_an_error()
    {
        using SqliteIdempotencyStore store = Open();

        await Should.ThrowAsync<InvalidOperationException>(async () => await store.KeepAsync("k", default, Hour, default));
    }

    [Fact]
    public async Task A_file_that_is_no_database_of_ours_is_left_alone_and_named()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_file.Path)!);
        await File.WriteAllTextAsync(_file.Path, new string('x', 5000));

        using SqliteIdempotencyStore store = Open();
        InvalidOperationException wrong = await Should.ThrowAsync<InvalidOperationException>(async () => await store.ClaimAsync("k", "f", default));

        wrong.Message.ShouldContain(_file.Path);
        wrong.Message.ShouldContain("ResilienceHandlers:Sqlite:Path");
        (await File.ReadAllTextAsync(_file.Path)).ShouldBe(new string('x', 5000));
    }

    [Fact]
    public async Task A_file_of_a_newer_version_is_left_alone()
    {
        using (SqliteIdempotencyStore first = Open())
        {
            await first.ClaimAsync("k", "f", default);
        }

        using (var file = new SqliteFile(_file.Path))
        {
            file.Change(0, static (connection, _) =>
            {
                using Microsoft.Data.Sqlite.SqliteCommand newer = connection.CreateCommand();
                newer.CommandText = "PRAGMA user_version = 2";
                return newer.ExecuteNonQuery();
            });
        }

        using SqliteIdempotencyStore store = Open();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await store.ClaimAsync("k", "f", default))).Message.ShouldContain("version 2");
    }

    private SqliteIdempotencyStore Open() => new(_file.Path, _time);
}
