namespace Handlers.Testing;

/// <summary>The limits of a <see cref="GenericTwin"/>: none unless given.</summary>
public sealed class GenericTwinOptions : TwinOptions
{
    /// <summary>The limits; a request must be within all of them that concern it. Each account has its own.</summary>
    public IList<TwinLimit> Limits { get; } = [];

    /// <summary>Points of a call. Default: the number in its X-Cost header, else 1.</summary>
    public Func<TwinRequest, double>? CostOf { get; set; }

    /// <summary>The header that tells accounts apart; null: all calls share the limits. Default: null.</summary>
    public string? AccountHeader { get; set; }

    /// <summary>The status of refusals, 429 or 503. Default: 429.</summary>
    public int RefusalStatus { get; set; } = 429;

    /// <summary>What the twin tells about its limits. Default: Retry-After in seconds.</summary>
    public TwinHints Hints { get; set; } = TwinHints.RetryAfter;

    /// <summary>
    /// The header whose value makes a repeated write the same write, executed once and answered as before; null: the provider knows
    /// no such thing. Default: null.
    /// </summary>
    public string? IdempotencyHeader { get; set; }

    /// <summary>How long a key is known after its answer. Default: for ever.</summary>
    public TimeSpan KeysKeptFor { get; set; } = TimeSpan.MaxValue;
}
