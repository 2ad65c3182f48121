using Microsoft.Extensions.Caching.Distributed;

namespace Handlers;

/// <summary>
/// Keeps answers in any <see cref="IDistributedCache"/>, for several processes: one value per URI, in our own versioned format with a checksum. What is damaged or
/// written by another version is a miss and is removed. Asynchronous only: a synchronous <c>Send</c> goes past it.
/// </summary>
/// <param name="cache">The cache. Its keys will be hashes: neither URIs nor accounts can be read from them.</param>
public sealed class DistributedResponseStore(IDistributedCache cache) : IResponseStore
{
    private const string Prefix = "handlers:";

    private readonly IDistributedCache _cache = cache ?? throw new ArgumentNullException(nameof(cache));

    /// <inheritdoc/>
    public bool TryGet(ResponseKey key, out StoredResponses? responses)
    {
        responses = null;
        return false;
    }

    /// <inheritdoc/>
    public async ValueTask<StoredResponses?> GetAsync(ResponseKey key, CancellationToken cancellationToken)
    {
        string name = Name(key);
        byte[]? bytes = await _cache.GetAsync(name, cancellationToken).ConfigureAwait(false);
        if (bytes is null)
        {
            return null;
        }

        if (StoredResponses.FromBytes(bytes) is { } responses)
        {
            return responses;
        }

        await _cache.RemoveAsync(name, cancellationToken).ConfigureAwait(false);
        return null;
    }

    /// <inheritdoc/>
    public async ValueTask SetAsync(ResponseKey key, StoredResponses responses, TimeSpan keepFor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(responses);
        var options = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = keepFor };
        await _cache.SetAsync(Name(key), responses.ToBytes(), options, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(ResponseKey key, CancellationToken cancellationToken) =>
        await _cache.RemoveAsync(Name(key), cancellationToken).ConfigureAwait(false);

    private static string Name(ResponseKey key) => Prefix + key;
}
