namespace Handlers;

/// <summary>What a call did: its attempts, its waits, and why it ended. A copy; it does not change afterwards.</summary>
public sealed class CallReport
{
    internal CallReport(Call call)
    {
        Client = call.Client.Name;
        Provider = call.Provider?.Name;
        Operation = call.Operation;
        Attempts = call.Attempts;
        Retries = call.Retries;
        History = [.. call.History, .. call.SentAt != 0 || call.Exception is not null ? [call.LastAttempt()] : Array.Empty<CallAttempt>()];
        Elapsed = call.Client.Clock.Between(call.StartedAt, call.Now);
        Waited = History.Aggregate(TimeSpan.Zero, static (sum, attempt) => sum + attempt.Waited);
        Verdict = call.Judgement?.Kind ?? VerdictKind.Ok;
        GaveUp = call.RetryDecision.Reason;
        MayHaveHappened = call.Judgement switch
        {
            { NotExecuted: true } => false,
            { Kind: VerdictKind.Transient } => true,

            // Cut off by the caller or by the deadline: under way if it had left.
            { Failure: FailureClass.Cancelled or FailureClass.Rejected } => call.SentAt != 0,
            _ => false,
        };
        AlreadyDone = call.Judgement is { AlreadyDone: true };
    }

    /// <summary>The client's name.</summary>
    public string Client { get; }

    /// <summary>The provider whose knowledge was used; null when no stage needed one.</summary>
    public string? Provider { get; }

    /// <summary>The operation, without ids and without a query.</summary>
    public string Operation { get; }

    /// <summary>How often the request went on the wire.</summary>
    public int Attempts { get; }

    /// <summary>How many retries were used.</summary>
    public int Retries { get; }

    /// <summary>Every attempt, and every turn that was refused here, in order.</summary>
    public IReadOnlyList<CallAttempt> History { get; }

    /// <summary>From the call's start to its last answer or failure; a body that was still to come is not in it.</summary>
    public TimeSpan Elapsed { get; }

    /// <summary>How much of <see cref="Elapsed"/> was waiting.</summary>
    public TimeSpan Waited { get; }

    /// <summary>What the last attempt meant.</summary>
    public VerdictKind Verdict { get; }

    /// <summary>Why the call was not tried again; null when there was nothing to retry.</summary>
    public string? GaveUp { get; }

    /// <summary>The last attempt failed, or was cut off, in a way that does not tell whether it was executed.</summary>
    public bool MayHaveHappened { get; }

    /// <summary>The last answer proves that an earlier attempt of this call did what was asked.</summary>
    public bool AlreadyDone { get; }
}
