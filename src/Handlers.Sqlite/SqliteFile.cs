using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace Handlers.Sqlite;

/// <summary>
/// One database file, opened at its first use. Every change is a transaction that is on disk before it returns (write-ahead log, full synchronisation): a process
/// that is killed, or a machine that loses power, leaves the file as it was before or after it. Several processes may use it at once.
/// </summary>
[SuppressMessage("Security", "CA2100:Review SQL queries for security vulnerabilities", Justification = "The statements are constants of this class.")]
internal sealed class SqliteFile : IDisposable
{
    /// <summary>Marks the file as ours ("Hndl").</summary>
    private const int ApplicationId = 0x486E646C;

    private const int SchemaVersion = 1;
    private const int BusySeconds = 10;

    private const string Schema = """
        CREATE TABLE keys (
            key TEXT NOT NULL PRIMARY KEY,
            fingerprint TEXT NOT NULL,
            at INTEGER NOT NULL,      -- Unix milliseconds: when it was claimed, or its result kept
            expires INTEGER,          -- Unix milliseconds; null while the outcome is unknown
            result BLOB);
        CREATE INDEX keys_by_expiry ON keys (expires) WHERE expires IS NOT NULL;
        CREATE TABLE seen (
            scope TEXT NOT NULL,
            item BLOB NOT NULL,       -- SHA-256
            at INTEGER NOT NULL,
            PRIMARY KEY (scope, item)) WITHOUT ROWID;
        """;

    private readonly Lock _lock = new();
    private readonly string _path;
    private SqliteConnection? _connection;
    private bool _disposed;

    /// <exception cref="ArgumentException">The path is empty: to SQLite that is a file of its own, which is gone with the process.</exception>
    public SqliteFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        _path = path;
    }

    /// <summary>Does something in one transaction, alone among all threads and processes.</summary>
    /// <exception cref="InvalidOperationException">The file can't be used; the message says why and what to do.</exception>
    public T Change<TState, T>(TState state, Func<SqliteConnection, TState, T> change)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            SqliteConnection connection = _connection ??= Open();

            // Immediate: two that read first and write then would both wait for the other.
            using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
            T result = change(connection, state);
            transaction.Commit();
            return result;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _connection?.Dispose();
            _connection = null;
        }
    }

    private static long Number(SqliteConnection connection, string query)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = query;
        return (long)command.ExecuteScalar()!;
    }

    private static void Execute(SqliteConnection connection, string statement)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = statement;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        SqliteConnection? connection = null;
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(_path)) is { Length: > 0 } folder)
            {
                Directory.CreateDirectory(folder);
            }

            connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false, DefaultTimeout = BusySeconds }.ToString());
            connection.Open();
            Execute(connection, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
            Prepare(connection);
            return connection;
        }
        catch (Exception failure) when (failure is SqliteException or IOException or UnauthorizedAccessException)
        {
            connection?.Dispose();
            throw new InvalidOperationException(
                $"{Path.GetFullPath(_path)} can't be used ({failure.Message}); correct ResilienceHandlers:Sqlite:Path, or move the file away to begin with an empty one.", failure);
        }
        catch
        {
            connection?.Dispose();
            throw;
        }
    }

    /// <summary>Makes the tables in a new file. Two processes may come upon it at once: the second finds them made.</summary>
    private void Prepare(SqliteConnection connection)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);
        long version = Number(connection, "PRAGMA user_version");
        if (version == 0 && Number(connection, "SELECT count(*) FROM sqlite_schema") == 0)
        {
            Execute(connection, Schema);
            Execute(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {SchemaVersion};");
        }
        else if (Number(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw new InvalidOperationException($"{Path.GetFullPath(_path)} is a database of somebody else; give ResilienceHandlers:Sqlite:Path a file of its own.");
        }
        else if (version != SchemaVersion)
        {
            throw new InvalidOperationException(
                $"{Path.GetFullPath(_path)} has version {version}, this library knows version {SchemaVersion}; use the newer library, or move the file away.");
        }

        transaction.Commit();
    }
}
