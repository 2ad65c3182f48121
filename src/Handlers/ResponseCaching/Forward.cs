namespace Handlers.ResponseCaching;

/// <summary>Why a request went on to the server (RFC 9211 §2.2).</summary>
internal enum Forward : byte
{
    /// <summary>The cache does not handle such requests.</summary>
    Bypass,

    /// <summary>The method's answers are not stored.</summary>
    Method,

    /// <summary>Nothing is stored for the URI.</summary>
    Miss,

    /// <summary>Something is stored, for other request headers.</summary>
    VaryMiss,

    /// <summary>A fresh answer is stored, but the request wants a newer or a confirmed one.</summary>
    Request,

    /// <summary>A stale answer is stored.</summary>
    Stale,
}
