namespace Handlers;

/// <summary>What the call remembers of the verdict on its last attempt; its observations went to the ledger already.</summary>
internal sealed record Judgement
{
    public static Judgement Ok { get; } = new() { Kind = VerdictKind.Ok, Why = "" };

    public VerdictKind Kind { get; init; }

    public FailureClass Failure { get; init; }

    /// <summary>The status was a 5xx or 408: the upstream failed, and did not merely ask to come back.</summary>
    public bool IsServerFault { get; init; }

    /// <summary>The provider's word on retrying.</summary>
    public bool? Retry { get; init; }

    /// <summary>The attempt can't have been executed: refused by the provider, or never sent.</summary>
    public bool NotExecuted { get; init; }

    public bool AlreadyDone { get; init; }

    /// <summary>The server-directed wait from receipt.</summary>
    public TimeSpan? Wait { get; init; }

    public required string Why { get; init; }
}
