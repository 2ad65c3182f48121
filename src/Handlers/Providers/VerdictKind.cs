namespace Handlers;

/// <summary>What one answer or failure means, whatever its status code.</summary>
public enum VerdictKind : byte
{
    /// <summary>The provider did what was asked, or refused for a reason that is the caller's to read (2xx, 3xx).</summary>
    Ok,

    /// <summary>The provider asks for a slower pace: not executed, may go again later.</summary>
    RateLimited,

    /// <summary>The quota is gone until a person acts or a long period ends: not executed, waiting here is pointless.</summary>
    QuotaExhausted,

    /// <summary>The upstream or the way to it failed; the same request may succeed later.</summary>
    Transient,

    /// <summary>The same request will fail again.</summary>
    Fatal,
}
