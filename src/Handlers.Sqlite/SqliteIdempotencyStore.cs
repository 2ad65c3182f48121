using Handlers.Sqlite;
using Microsoft.Data.Sqlite;

namespace Handlers;

/// <summary>
/// Remembers idempotency keys and their results in a file, across restarts and between processes. A key is on disk before its request is sent, and its result
/// before the caller gets it: whatever happens to the process, no result that a caller has seen is lost, and what may have happened is known to be unknown.
/// </summary>
/// <remarks>Response bodies stand in the file as they came. Every operation ends before it returns, after a few milliseconds that the disk takes.</remarks>
public sealed class SqliteIdempotencyStore : IIdempotencyStore, IDisposable
{
    private readonly SqliteFile _file;
    private readonly TimeProvider _time;
    private readonly bool _owns;

    /// <summary>Creates the store for use without dependency injection.</summary>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public SqliteIdempotencyStore(string path, TimeProvider? timeProvider = null)
        : this(new SqliteFile(path), timeProvider ?? TimeProvider.System) => _owns = true;

    internal SqliteIdempotencyStore(SqliteFile file, TimeProvider time) => (_file, _time) = (file, time);

    /// <inheritdoc/>
    public bool AnswersAtOnce => true;

    private long Now => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <inheritdoc/>
    public ValueTask<IdempotencyRecord?> ClaimAsync(string key, string fingerprint, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(_file.Change((key, fingerprint, Now), static (connection, claim) => Claim(connection, claim.key, claim.fingerprint, claim.Now)));
    }

    /// <inheritdoc/>
    public ValueTask KeepAsync(string key, ReadOnlyMemory<byte> result, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        int changed = _file.Change((key, result, Now, keepFor), static (connection, kept) =>
        {
            using SqliteCommand update = connection.CreateCommand();
            update.CommandText = "UPDATE keys SET at = $now, expires = $expires, result = $result WHERE key = $key";
            update.Parameters.AddWithValue("$key", kept.key);
            update.Parameters.AddWithValue("$now", kept.Now);
            update.Parameters.AddWithValue("$expires", kept.Now + (long)kept.keepFor.TotalMilliseconds);
            update.Parameters.AddWithValue("$result", kept.result.ToArray());
            return update.ExecuteNonQuery();
        });
        return changed == 1 ? default : throw new InvalidOperationException("The key was not claimed, or its file was replaced meanwhile.");
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string key, CancellationToken cancellationToken)
    {
        _file.Change(key, static (connection, released) =>
        {
            using SqliteCommand delete = connection.CreateCommand();
            delete.CommandText = "DELETE FROM keys WHERE key = $key AND expires IS NULL";
            delete.Parameters.AddWithValue("$key", released);
            return delete.ExecuteNonQuery();
        });
        return default;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_owns)
        {
            _file.Dispose();
        }
    }

    private static IdempotencyRecord? Claim(SqliteConnection connection, string key, string fingerprint, long now)
    {
        using (SqliteCommand forget = connection.CreateCommand())
        {
            // By the index: it finds nothing, or what has run out since the last claim.
            forget.CommandText = "DELETE FROM keys WHERE expires <= $now";
            forget.Parameters.AddWithValue("$now", now);
            forget.ExecuteNonQuery();
        }

        using (SqliteCommand look = connection.CreateCommand())
        {
            look.CommandText = "SELECT fingerprint, at, expires, result FROM keys WHERE key = $key";
            look.Parameters.AddWithValue("$key", key);
            using SqliteDataReader row = look.ExecuteReader();
            if (row.Read())
            {
                bool isDone = !row.IsDBNull(2);
                byte[] result = isDone && !row.IsDBNull(3) ? row.GetFieldValue<byte[]>(3) : [];
                return new IdempotencyRecord(row.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(1)), isDone, result);
            }
        }

        using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO keys (key, fingerprint, at) VALUES ($key, $fingerprint, $now)";
        insert.Parameters.AddWithValue("$key", key);
        insert.Parameters.AddWithValue("$fingerprint", fingerprint);
        insert.Parameters.AddWithValue("$now", now);
        insert.ExecuteNonQuery();
        return null;
    }
}
