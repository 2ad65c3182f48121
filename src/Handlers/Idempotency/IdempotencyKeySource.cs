namespace Handlers;

/// <summary>Which key a write gets when the caller gave none.</summary>
public enum IdempotencyKeySource : byte
{
    /// <summary>A new one per call, where the provider honours keys. It makes repeating safe; no result is kept.</summary>
    Generated,

    /// <summary>The natural key that the provider knows (a lead's recipient and campaign, an upsert's unique value), and its result is kept; without one, as <see cref="Generated"/>.</summary>
    Natural,

    /// <summary>A hash of method, address and body, and its result is kept: the same write twice within <see cref="IdempotencyOptions.ResultTtl"/> happens once.</summary>
    Content,
}
