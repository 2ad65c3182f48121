namespace Handlers;

/// <summary>
/// Which writes carry a key, and how long their results are kept. Configuration section <c>Idempotency</c>. Keys are stamped where the provider honours them or a
/// <see cref="HeaderName"/> is set; a key of the caller's works everywhere, because it is also remembered here.
/// </summary>
public sealed class IdempotencyOptions
{
    /// <summary>Switches the handler on or off. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The request field that carries the key. Default null: the provider's. Setting it says that the API honours keys there, so writes that carry one are repeated
    /// after an unknown outcome.
    /// </summary>
    public string? HeaderName { get; set; }

    /// <summary>Sends the key as a quoted string (RFC 9651), as draft-ietf-httpapi-idempotency-key-header wants it. Default false: bare, as Stripe and others take it.</summary>
    public bool Quoted { get; set; }

    /// <summary>The methods that get a key without the caller's doing, as one list. Default <c>POST, PATCH</c>; empty for none. The caller's own key works with any method that is no read.</summary>
    public string Methods { get; set; } = "POST, PATCH";

    /// <summary>Which key they get. Default <see cref="IdempotencyKeySource.Generated"/>.</summary>
    public IdempotencyKeySource Keys { get; set; }

    /// <summary>How long a result can be had again. Default 1 h, range 1 s to 31 days. Not longer than the provider remembers keys (Stripe: a day).</summary>
    public TimeSpan ResultTtl { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The largest body that is kept. Default 1 MiB, range 0 to 1 GiB. A key whose answer is larger is known to be used, but its answer can't be had again.</summary>
    public long MaxResultBytes { get; set; } = 1024 * 1024;

    /// <summary>Keys in the store in memory. Default 10,000, range 1 to 10,000,000. A new one displaces the result that was used least recently, never a key in flight or of unknown outcome.</summary>
    public int MaxEntries { get; set; } = 10_000;

    /// <summary>What the store in memory may hold. Default 64 MiB, range 0 to 1 TiB.</summary>
    public long MaxBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Says whether a write that may have happened did: true, false, or null when that can't be told (also while it may still be under way). Gets a copy of the
    /// request and its key. Default null: the provider's own check, where it has one. In code only; not asked by a synchronous <c>Send</c>.
    /// </summary>
    public Func<HttpRequestMessage, string, CancellationToken, ValueTask<bool?>>? Probe { get; set; }
}
