using System.Security.Cryptography;
using System.Text;
using Handlers.Sqlite;
using Microsoft.Data.Sqlite;

namespace Handlers;

/// <summary>Remembers seen items in a file, across runs and between processes.</summary>
public sealed class SqliteSeenItems : ISeenItems, IDisposable
{
    private readonly SqliteFile _file;
    private readonly TimeProvider _time;
    private readonly bool _owns;

    /// <summary>Creates it for use without dependency injection.</summary>
    /// <param name="path">The file; its folder is made when it is missing.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public SqliteSeenItems(string path, TimeProvider? timeProvider = null)
        : this(new SqliteFile(path), timeProvider ?? TimeProvider.System) => _owns = true;

    internal SqliteSeenItems(SqliteFile file, TimeProvider time) => (_file, _time) = (file, time);

    /// <inheritdoc/>
    public ValueTask<bool> AddAsync(string scope, string item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(item);
        cancellationToken.ThrowIfCancellationRequested();
        return new(_file.Change((scope, item, Now: _time.GetUtcNow().ToUnixTimeMilliseconds()), static (connection, seen) =>
        {
            using SqliteCommand insert = connection.CreateCommand();
            insert.CommandText = "INSERT INTO seen (scope, item, at) VALUES ($scope, $item, $now) ON CONFLICT DO NOTHING";
            insert.Parameters.AddWithValue("$scope", seen.scope);
            insert.Parameters.AddWithValue("$item", SHA256.HashData(Encoding.UTF8.GetBytes(seen.item)));
            insert.Parameters.AddWithValue("$now", seen.Now);
            return insert.ExecuteNonQuery() == 1;
        }));
    }

    /// <inheritdoc/>
    public ValueTask ForgetAsync(string scope, string item, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(item);
        cancellationToken.ThrowIfCancellationRequested();
        _file.Change((scope, item), static (connection, seen) =>
        {
            using SqliteCommand delete = connection.CreateCommand();
            delete.CommandText = "DELETE FROM seen WHERE scope = $scope AND item = $item";
            delete.Parameters.AddWithValue("$scope", seen.scope);
            delete.Parameters.AddWithValue("$item", SHA256.HashData(Encoding.UTF8.GetBytes(seen.item)));
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
}
