namespace Handlers;

/// <summary>What one answer or failure means, what the provider said about waiting, and what was learned about its limits.</summary>
public struct Verdict
{
    /// <summary>Creates a verdict.</summary>
    /// <param name="kind">What the answer means.</param>
    /// <param name="why">The reason in one sentence for people; names the signal that was read, never a secret.</param>
    public Verdict(VerdictKind kind, string why)
    {
        Kind = kind;
        Why = why;
    }

    /// <summary>The verdict on an answer with nothing to report.</summary>
    public static Verdict Ok => new(VerdictKind.Ok, "");

    /// <summary>What the answer means.</summary>
    public VerdictKind Kind { get; set; }

    /// <summary>
    /// The provider's word on retrying: false forbids it; true says that the same request may be sent again unchanged, whatever its method (a key that is in use
    /// by an earlier attempt); null leaves it to the rules.
    /// </summary>
    public bool? Retry { get; set; }

    /// <summary>
    /// The server-directed wait from the receipt of the answer, before any margin or jitter; zero is a hint too.
    /// Null: no usable hint. Never negative.
    /// </summary>
    public TimeSpan? Wait { get; set; }

    /// <summary>
    /// Whether <see cref="Wait"/> is the time until a refilling bucket is full. Capacity for one request is back earlier, and the instant is no promise that an
    /// attempt before it would be early: the ledger may go by the refill rate instead. Default false.
    /// </summary>
    public bool WaitIsUpperBound { get; set; }

    /// <summary>The resource part of the quota that must be blocked; null: the plan's first.</summary>
    public string? Resource { get; set; }

    /// <summary>The refusal concerns the whole account (GitHub secondary limits): every quota of it waits.</summary>
    public bool WholeAccount { get; set; }

    /// <summary>
    /// The answer proves that an earlier attempt of this call did what was asked
    /// (a create refused because the id that we made exists already).
    /// </summary>
    public bool AlreadyDone { get; set; }

    /// <summary>The reason in one sentence.</summary>
    public string Why { get; set; }

    /// <summary>What the answer said about limits.</summary>
    public QuotaObservations Observed;
}
