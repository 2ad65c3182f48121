namespace Handlers;

/// <summary>
/// One thing that happened, for people and dashboards. Which properties are set depends on <see cref="Kind"/>; those that say nothing are null. It carries no
/// URL, no header and no body: the operation is named without ids and without a query.
/// </summary>
public sealed record ResilienceEvent
{
    /// <summary>What happened.</summary>
    public required ResilienceEventKind Kind { get; init; }

    /// <summary>When, by the local clock.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>One sentence for people.</summary>
    public required string Message { get; init; }

    /// <summary>The client's name; null for what concerns several.</summary>
    public string? Client { get; init; }

    /// <summary>The call, by a number that grows from 1; null for what no single call did.</summary>
    public long? Call { get; init; }

    /// <summary>The call's operation, such as <c>GET /repos/{owner}/{repo}/issues</c>.</summary>
    public string? Operation { get; init; }

    /// <summary>
    /// The attempt, from 1. For <see cref="ResilienceEventKind.RetryScheduled"/> the retry about to be made, from 1; for
    /// <see cref="ResilienceEventKind.Queued"/> the attempt that waits, so 1 is a call of which nothing was sent yet.
    /// </summary>
    public int? Attempt { get; init; }

    /// <summary>How many retries the call may use.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>How many retries the call has used.</summary>
    public int? Retries { get; init; }

    /// <summary>How long the wait that begins now will take; for a queue a forecast, null when nobody knows.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>How long what ended now has taken.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>The place in the queue, from 1.</summary>
    public int? Position { get; init; }

    /// <summary>Why: the provider's signal, the limit that has no room, the reason of a change.</summary>
    public string? Cause { get; init; }

    /// <summary>The status code of an answer.</summary>
    public int? Status { get; init; }

    /// <summary>What an attempt, or the call's last one, meant.</summary>
    public VerdictKind? Verdict { get; init; }

    /// <summary><c>rate_limit</c> for a refusal, <c>general</c> for another failure of the call, <c>unexpected</c> for a fault on our side of the wire.</summary>
    public string? ErrorType { get; init; }

    /// <summary>The quota, as <c>provider/account/resource</c>.</summary>
    public string? Quota { get; init; }

    /// <summary>The upstream: scheme, host and port.</summary>
    public string? Authority { get; init; }

    /// <summary>A circuit's state from now on.</summary>
    public CircuitState? Circuit { get; init; }

    /// <summary>When a gate opens or a circuit's break ends.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>How many events were dropped.</summary>
    public long? Count { get; init; }
}
