namespace Handlers;

/// <summary>
/// Remembers which keys were used and with what result, for <see cref="IdempotencyHandler"/>. Called from many threads at once, for one key by one call at a time.
/// Keys are digests: neither the key nor the account can be read from them. A key that was claimed and neither kept nor released stays claimed, whatever happens
/// to the process: its outcome is unknown.
/// </summary>
public interface IIdempotencyStore
{
    /// <summary>Every operation ends before it returns, so that a synchronous <c>Send</c> can use the store; otherwise it does without.</summary>
    bool AnswersAtOnce { get; }

    /// <summary>Claims a key before anything is sent, or says what is known under it; in one step.</summary>
    /// <param name="key">The key.</param>
    /// <param name="fingerprint">A digest of what is asked for, remembered with the key.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any longer.</param>
    /// <returns>Null when the key was new and is claimed now.</returns>
    /// <exception cref="InvalidOperationException">There is no room for another key. Like any other exception it keeps the call from being sent.</exception>
    ValueTask<IdempotencyRecord?> ClaimAsync(string key, string fingerprint, CancellationToken cancellationToken);

    /// <summary>Keeps the result of a claimed key. When this has ended, the caller gets the answer.</summary>
    /// <param name="key">The key.</param>
    /// <param name="result">The answer, to be given back as it is; empty when there is none to repeat.</param>
    /// <param name="keepFor">How long; afterwards the key is as good as new.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any longer.</param>
    ValueTask KeepAsync(string key, ReadOnlyMemory<byte> result, TimeSpan keepFor, CancellationToken cancellationToken);

    /// <summary>Forgets a claimed key: what it was claimed for did not happen.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any longer.</param>
    ValueTask ReleaseAsync(string key, CancellationToken cancellationToken);
}
