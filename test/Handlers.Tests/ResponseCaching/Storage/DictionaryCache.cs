using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace Handlers.Tests.ResponseCaching;

/// <summary>A distributed cache that keeps bytes, and keeps them waiting for a moment as a network would. What is done to it can be changed.</summary>
internal sealed class DictionaryCache : IDistributedCache
{
    public ConcurrentDictionary<string, byte[]> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>Happens before each operation.</summary>
    public Func<CancellationToken, Task> Before { get; set; } = static async _ => await Task.Yield();

    public TimeSpan? LastLifetime { get; private set; }

    public byte[]? Get(string key) => throw new NotSupportedException("Nobody may block on the network.");

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        await Before(token);
        return Values.GetValueOrDefault(key);
    }

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException("Nobody may block on the network.");

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        await Before(token);
        LastLifetime = options.AbsoluteExpirationRelativeToNow;
        Values[key] = value;
    }

    public void Refresh(string key) => throw new NotSupportedException("Nobody may block on the network.");

    public Task RefreshAsync(string key, CancellationToken token = default) => Task.CompletedTask;

    public void Remove(string key) => throw new NotSupportedException("Nobody may block on the network.");

    public async Task RemoveAsync(string key, CancellationToken token = default)
    {
        await Before(token);
        Values.TryRemove(key, out _);
    }
}
