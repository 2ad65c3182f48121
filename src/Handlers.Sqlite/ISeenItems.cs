namespace Handlers;

/// <summary>
/// Remembers which items were seen before, across runs: a collector that comes upon the same person twice stores each once. Only digests are kept, so nothing
/// can be read back.
/// </summary>
public interface ISeenItems
{
    /// <summary>Adds an item if it is new; in one step, also between processes.</summary>
    /// <param name="scope">What kind of items, or whose; the same item may be new in another scope.</param>
    /// <param name="item">The item's identity, such as an address or an id.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any longer.</param>
    /// <returns>True when it was new.</returns>
    ValueTask<bool> AddAsync(string scope, string item, CancellationToken cancellationToken = default);

    /// <summary>Forgets an item, for example because what was to be done with it failed.</summary>
    /// <param name="scope">Its scope.</param>
    /// <param name="item">Its identity.</param>
    /// <param name="cancellationToken">Cancelled when nobody waits any longer.</param>
    ValueTask ForgetAsync(string scope, string item, CancellationToken cancellationToken = default);
}
