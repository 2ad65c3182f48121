namespace Handlers.ResponseCaching;

/// <summary>What the specifications say about storing answers by their status.</summary>
internal static class StatusCodes
{
    /// <summary>RFC 9110 §15.1: may be stored, and given an estimated lifetime, without the server saying so.</summary>
    public static bool IsHeuristicallyCacheable(int status) => status is 200 or 203 or 204 or 300 or 301 or 308 or 404 or 405 or 410 or 414 or 501;

    /// <summary>RFC 6585 §3–6: "responses with the … status code MUST NOT be stored by a cache".</summary>
    public static bool IsNeverStored(int status) => status is 428 or 429 or 431 or 511;

    /// <summary>
    /// Those whose rules for caches this cache follows, for must-understand (RFC 9111 §5.2.2.3). 206 and 304 are not among them: they are never stored as such.
    /// </summary>
    public static bool IsUnderstood(int status) => status is
        (>= 200 and <= 205) or (>= 300 and <= 303) or 307 or 308
        or (>= 400 and <= 417) or 421 or 422 or 426 or (>= 500 and <= 505);
}
