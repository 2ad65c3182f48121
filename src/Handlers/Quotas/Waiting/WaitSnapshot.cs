namespace Handlers;

/// <summary>Why a call waits, and for how long: a copy to look at, true at the moment it was made.</summary>
public sealed record WaitSnapshot
{
    /// <summary>The client's name.</summary>
    public required string Client { get; init; }

    /// <summary>The call's operation, without ids and without a query; null where the provider's plan names none.</summary>
    public string? Operation { get; init; }

    /// <summary>Who asks, as <see cref="CallOptions.Tenant"/> says; null for nobody in particular.</summary>
    public string? Tenant { get; init; }

    /// <summary>How urgent it is.</summary>
    public CallPriority Priority { get; init; }

    /// <summary>How long it has waited so far.</summary>
    public TimeSpan Waited { get; init; }

    /// <summary>The quota that is the last to have room for it, as <c>provider/account/resource</c>; where an upstream asked for a pause the upstream stands for the resource.</summary>
    public required string Quota { get; init; }

    /// <summary>The limit that has no room, such as <c>5000/hour</c>, or why the gate is closed; null where only those ahead are waited for.</summary>
    public string? Cause { get; init; }

    /// <summary>How many calls go before it.</summary>
    public int Ahead { get; init; }

    /// <summary>When it is expected to go, as far as is known now; null when that depends on attempts under way.</summary>
    public DateTimeOffset? ExpectedAt { get; init; }

    /// <summary>When it is refused if it has not gone by then: at its deadline less the usual time of an answer, or at <c>MaxWait</c>; null when it may wait for ever.</summary>
    public DateTimeOffset? GivesUpAt { get; init; }

    /// <summary>All of it as one sentence, in the words in which a refusal would say it.</summary>
    public required string Message { get; init; }
}
