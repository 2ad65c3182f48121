namespace Handlers;

/// <summary>What the cache did for a call, as it is counted.</summary>
internal enum CacheResult : byte
{
    /// <summary>It was not asked, or had no part in it.</summary>
    None,

    /// <summary>Answered from the store.</summary>
    Hit,

    /// <summary>Answered from the store with what is not fresh any more.</summary>
    Stale,

    /// <summary>Answered with what another call has just fetched.</summary>
    Shared,

    /// <summary>Answered from the store after the server said that it is still good.</summary>
    Revalidated,

    /// <summary>Answered by the server.</summary>
    Miss,
}
