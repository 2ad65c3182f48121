namespace Handlers;

/// <summary>The eight stages, outermost first; also the set of those that run for one call. The order of the chain is <see cref="ChainOrder"/>.</summary>
[Flags]
internal enum Stages : byte
{
    None = 0,
    ResponseCaching = 1 << 0,
    Idempotency = 1 << 1,
    Fallback = 1 << 2,
    Retry = 1 << 3,
    CircuitBreaker = 1 << 4,
    Pacing = 1 << 5,
    AttemptTimeout = 1 << 6,
    RateLimit = 1 << 7,
    All = 0xFF,

    /// <summary>Those that want to know, before the first attempt, what the provider knows about the request.</summary>
    Planned = Idempotency | Fallback | Retry | CircuitBreaker | Pacing | RateLimit,
}
