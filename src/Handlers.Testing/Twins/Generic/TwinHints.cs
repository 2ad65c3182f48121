namespace Handlers.Testing;

/// <summary>What a <see cref="GenericTwin"/> tells about its limits.</summary>
[Flags]
public enum TwinHints
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Retry-After in whole seconds on refusals (RFC 9110).</summary>
    RetryAfter = 1,

    /// <summary>Retry-After as a date on refusals (RFC 9110).</summary>
    RetryAfterDate = 2,

    /// <summary>RateLimit and RateLimit-Policy on every answer (draft-ietf-httpapi-ratelimit-headers-10).</summary>
    RateLimit = 4,
}
