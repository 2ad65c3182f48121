namespace Handlers;

/// <summary>
/// Keeps answers for <see cref="ResponseCachingHandler"/>. Called from many threads at once. Whatever goes wrong in a store makes a miss: exceptions are caught
/// and logged once, and a call waits for it no longer than <see cref="ResponseCachingOptions.StoreTimeout"/>.
/// </summary>
public interface IResponseStore
{
    /// <summary>Looks up without waiting, for stores that can.</summary>
    /// <param name="key">The key.</param>
    /// <param name="responses">What is stored; null for nothing.</param>
    /// <returns>False when only <see cref="GetAsync"/> can tell; a synchronous <c>Send</c> then counts it as a miss.</returns>
    bool TryGet(ResponseKey key, out StoredResponses? responses);

    /// <summary>Looks up.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancelled when the call does not wait any longer.</param>
    /// <returns>What is stored; null for nothing.</returns>
    ValueTask<StoredResponses?> GetAsync(ResponseKey key, CancellationToken cancellationToken);

    /// <summary>Stores, in place of what was there.</summary>
    /// <param name="key">The key.</param>
    /// <param name="responses">What to store.</param>
    /// <param name="keepFor">How long it can be of use; the store may drop it at any time.</param>
    /// <param name="cancellationToken">Cancelled when it takes too long.</param>
    ValueTask SetAsync(ResponseKey key, StoredResponses responses, TimeSpan keepFor, CancellationToken cancellationToken);

    /// <summary>Forgets.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancelled when it takes too long.</param>
    ValueTask RemoveAsync(ResponseKey key, CancellationToken cancellationToken);
}
