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
        MayHaveHappened = call.MayHaveHappened;
        AlreadyDone = call.Judgement is { AlreadyDone: true };
        CacheStatus = call.CacheStatus;
        IdempotencyKey = call.Key?.Shown;
        IsReplayed = call.Key is { IsReplayed: true };
        AnsweredBy = call.AnsweredBy;
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

    /// <summary>The call failed, or was cut off, in a way that does not tell whether it was executed.</summary>
    public bool MayHaveHappened { get; }

    /// <summary>The last answer proves that an earlier attempt of this call did what was asked.</summary>
    public bool AlreadyDone { get; }

    /// <summary>What the response cache did, as its member of <c>Cache-Status</c> (RFC 9211) says it; null when none was asked.</summary>
    public string? CacheStatus { get; }

    /// <summary>The idempotency key that the call carried, as the caller or we made it; null without one. A natural key or a hash of content is shown as a digest.</summary>
    public string? IdempotencyKey { get; }

    /// <summary>The answer is that of an earlier call, or of one under way at the same time, with the same idempotency key.</summary>
    public bool IsReplayed { get; }

    /// <summary>Who answered in the upstream's place: <c>model gpt-5-mini</c>, <c>client backup</c>, <c>route</c>; null when nobody did.</summary>
    public string? AnsweredBy { get; }
}
