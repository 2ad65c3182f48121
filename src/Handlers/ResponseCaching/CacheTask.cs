namespace Handlers.ResponseCaching;

/// <summary>What a call that passes the cache has to wait for.</summary>
internal enum CacheTask : byte
{
    None,

    /// <summary>An asynchronous store's answer.</summary>
    LookUp,

    /// <summary>The same request of somebody else.</summary>
    Follow,

    /// <summary>The body, because others wait for it.</summary>
    Share,

    /// <summary>An answer without our condition, because a 304 spoke of something else.</summary>
    FetchAgain,
}
