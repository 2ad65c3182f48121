using System.Collections.Immutable;

namespace Handlers;

/// <summary>What a provider knows about a request before it is sent.</summary>
public readonly record struct CallPlan
{
    /// <summary>
    /// The operation's name for logs, metrics and quotas, such as <c>GET /repos/{owner}/{repo}/issues</c>.
    /// Null: the path, with id-like segments replaced by <c>{id}</c>, is used when somebody asks.
    /// </summary>
    public string? Operation { get; init; }

    /// <summary>
    /// The quotas that one attempt is charged to, the most specific first. Empty: none that the provider documents.
    /// Requests of one kind should share one array: it is compared by reference on the hot path.
    /// </summary>
    public ImmutableArray<QuotaUse> Quotas { get; init; }

    /// <summary>Whether the request may be repeated after an unknown outcome. Default: by the method.</summary>
    public ReplaySafety Replay { get; init; }

    /// <summary>
    /// The header in which the provider honours idempotency keys for this request, or null where it honours none.
    /// A request that carries it is replay-safe.
    /// </summary>
    public string? IdempotencyHeader { get; init; }

    /// <summary>A key that follows from the request itself (an upsert's unique value, a client-made id), or null.</summary>
    public string? NaturalKey { get; init; }

    /// <summary>
    /// The request makes something whose id the client may choose, and chooses none: <see cref="Provider.PutId"/> can put one in, which makes repeating safe.
    /// </summary>
    public bool TakesId { get; init; }

    /// <summary>
    /// Answering changes nothing at the provider but its meters, whatever the method: a query sent with POST, a model's answer. When nobody knows whether such a
    /// call was executed, another upstream may still be asked.
    /// </summary>
    public bool IsRead { get; init; }
}
