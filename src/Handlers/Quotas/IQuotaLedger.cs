namespace Handlers.Quotas;

/// <summary>
/// Who may send, and when. The operations are coarse, one per step of an attempt, so that an implementation shared between processes can stand in the place
/// of the one in memory; that one pays for the seam with an interface call.
/// </summary>
internal interface IQuotaLedger
{
    /// <summary>Asks for an attempt to go: all of what it costs is held at once, or nothing.</summary>
    /// <param name="demand">What it wants.</param>
    /// <param name="grant">What it holds when granted.</param>
    /// <param name="waiter">The place in the queue when it must wait.</param>
    /// <param name="refusal">The reason when it is refused.</param>
    Admission Admit(in QuotaDemand demand, ref Grant grant, out Waiter? waiter, out QuotaRefusal? refusal);

    /// <summary>Leaves the queue; without effect when the wait has ended.</summary>
    void Cancel(Waiter waiter);

    /// <summary>Gives back what an attempt held that was never sent.</summary>
    void Return(ref Grant grant);

    /// <summary>An attempt was answered or given up. The amounts are corrected by what the answer said.</summary>
    /// <param name="grant">What the attempt holds.</param>
    /// <param name="verdict">What its answer said.</param>
    /// <param name="answeredAt">The timestamp at which the answer had come.</param>
    void Settle(ref Grant grant, in Verdict verdict, long answeredAt);

    /// <summary>An attempt's body has ended. Settles first if nobody did.</summary>
    void Release(ref Grant grant);

    /// <summary>Closes the gate of one quota, or with <see cref="QuotaKey.AllResources"/> of the whole account, for every caller.</summary>
    void CloseGate(in QuotaKey key, in GateClosing closing);

    /// <summary>How long the gate of the whole account had been closed, in vain, when an attempt left; zero where one has been accepted since.</summary>
    /// <param name="provider">Whose account.</param>
    /// <param name="account">Which one.</param>
    /// <param name="sentAt">The timestamp at which the attempt left.</param>
    TimeSpan PauseBefore(string provider, string account, long sentAt);

    /// <summary>Closes the gate of an authority, for every caller of every account.</summary>
    void CloseAuthority(string authority, in GateClosing closing);

    /// <summary>A client's configuration has changed: who waits is served by what holds now. Its next calls would bring it as well.</summary>
    void Configure(QuotaPolicy policy);

    /// <summary>Why one waits, and for how long; null when its wait has ended.</summary>
    WaitSnapshot? Explain(Waiter waiter);

    /// <summary>The same for all who wait, or those of one client: the first to go first, and no more than <paramref name="most"/>.</summary>
    IReadOnlyList<WaitSnapshot> Explain(string? client, int most);

    /// <summary>A copy of all quotas to look at; each account's at one instant.</summary>
    IReadOnlyList<QuotaSnapshot> Snapshot();
}
