namespace Handlers;

/// <summary>
/// Everything that can be set for one client. Layers apply weakest first: generic defaults, provider profile, <c>ResilienceHandlers:Defaults</c>, workload preset,
/// <c>ResilienceHandlers:Clients:{name}</c>, code.
/// </summary>
public sealed class ResilienceHandlersOptions
{
    /// <summary>The provider's name. Default null: the client's name if it is a provider's, else by the request's host, else generic.</summary>
    public string? Provider { get; set; }

    /// <summary>Whose credential the client uses, hence whose quota and data. Default null: see <see cref="CallOptions.Account"/>.</summary>
    public string? Account { get; set; }

    /// <summary>A preset. Default <see cref="Workload.Standard"/>: none.</summary>
    public Workload Workload { get; set; }

    /// <summary>Switches the whole stack on or off, also at run time. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The call's deadline, over all attempts, waits and the body. Default 100 s, range 10 ms to 31 days, or <c>none</c>.</summary>
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>
    /// How long one attempt may take until its headers, not counting waits before it. Default 30 s, range 10 ms to 31 days, or <c>none</c>.
    /// Longer than <see cref="TotalTimeout"/> it is cut to it.
    /// </summary>
    public TimeSpan AttemptTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest silence in an event stream. Default 60 s, range 10 ms to 31 days, or <c>none</c>.</summary>
    public TimeSpan BodyIdleTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Media types that are streams besides <c>text/event-stream</c>, <c>application/x-ndjson</c> and <c>multipart/x-mixed-replace</c>, as one list. Default empty.</summary>
    public string StreamTypes { get; set; } = "";

    /// <summary>How refusals of our own reach the caller. Default <see cref="RejectionStyle.Exception"/>.</summary>
    public RejectionStyle Rejections { get; set; }

    /// <summary>What is answered from a store.</summary>
    public ResponseCachingOptions Caching { get; internal set; } = new();

    /// <summary>Which writes carry a key, and how long their results are kept.</summary>
    public IdempotencyOptions Idempotency { get; internal set; } = new();

    /// <summary>Who answers when this client can't.</summary>
    public FallbackOptions Fallback { get; internal set; } = new();

    /// <summary>When and after which wait a failed attempt is repeated.</summary>
    public RetryOptions Retry { get; internal set; } = new();

    /// <summary>When an upstream counts as down.</summary>
    public CircuitBreakerOptions CircuitBreaker { get; internal set; } = new();

    /// <summary>How calls are held back.</summary>
    public PacingOptions Pacing { get; internal set; } = new();

    /// <summary>How refusals and announced limits are read.</summary>
    public RateLimitOptions RateLimits { get; internal set; } = new();
}
