namespace Handlers;

/// <summary>What one client has done since its first call, to look at.</summary>
public sealed record ClientSnapshot
{
    /// <summary>The client's name.</summary>
    public required string Client { get; init; }

    /// <summary>The provider that its configuration names; null when the request's host decides.</summary>
    public string? Provider { get; init; }

    /// <summary>Whether any of its handlers is switched on. False also for a client without good options, whose calls throw: see <see cref="Mistakes"/>.</summary>
    public bool Enabled { get; init; }

    /// <summary>
    /// What is wrong with its settings, as long as it has had no good ones and its calls throw; null otherwise, also while a later edit is wrong and the last good options hold.
    /// </summary>
    public string? Mistakes { get; init; }

    /// <summary>Calls that have ended: their headers came, they failed, or the caller gave up.</summary>
    public long Calls { get; init; }

    /// <summary>Calls that ended well.</summary>
    public long Succeeded { get; init; }

    /// <summary>Calls that ended with an exception, or with an answer that means a refusal or a failure (429, 5xx, other 4xx).</summary>
    public long Failed { get; init; }

    /// <summary>Calls that the caller gave up.</summary>
    public long Cancelled { get; init; }

    /// <summary>Of the calls that ended well or failed, the share that ended well, 0 to 1; null before the first.</summary>
    public double? SuccessRate => Succeeded + Failed == 0 ? null : Succeeded / (double)(Succeeded + Failed);

    /// <summary>Attempts that went on the wire.</summary>
    public long Attempts { get; init; }

    /// <summary>Retries that were scheduled.</summary>
    public long Retries { get; init; }

    /// <summary>Calls that failed with all their retries used.</summary>
    public long RetriesUsedUp { get; init; }

    /// <summary>Attempts that the provider refused because of a limit.</summary>
    public long RateLimited { get; init; }

    /// <summary>Attempts that were refused here, by a quota or an open circuit, without being sent.</summary>
    public long Refused { get; init; }

    /// <summary>Calls that the cache answered without the network, stale answers included.</summary>
    public long CacheHits { get; init; }

    /// <summary>Calls that the cache answered after the server said that what is stored is still good.</summary>
    public long CacheRevalidated { get; init; }

    /// <summary>Calls that the cache was asked about and the server answered.</summary>
    public long CacheMisses { get; init; }

    /// <summary>Calls that were answered with what another call with the same idempotency key got.</summary>
    public long Replayed { get; init; }

    /// <summary>Calls in whose place somebody else answered: another model, another client, a function.</summary>
    public long Fallbacks { get; init; }

    /// <summary>Attempts that waited in a queue or at a gate.</summary>
    public long Waits { get; init; }

    /// <summary>How long they waited, together.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>The median time of a call until its headers, waits included, over the last five to ten minutes; within 10 %. Null without a call.</summary>
    public TimeSpan? P50 { get; init; }

    /// <summary>The 99th percentile of the same.</summary>
    public TimeSpan? P99 { get; init; }
}
