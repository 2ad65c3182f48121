namespace Handlers.Quotas;

/// <summary>
/// What an attempt holds of its account's quotas: part of the call, written by the ledger. It ends in exactly one of <see cref="IQuotaLedger.Return"/>
/// (never sent) or <see cref="IQuotaLedger.Settle"/> (answered or given up) and then <see cref="IQuotaLedger.Release"/> (body ended).
/// </summary>
internal struct Grant
{
    public QuotaAccount? Account;
    public Lane? Lane;
    public AuthorityGate? Authority;
    public Charge Charge;

    /// <summary>What its cost is learned by; null where nothing is to be learned.</summary>
    public string? Operation;

    /// <summary>When it left.</summary>
    public long At;

    /// <summary>It holds something; false when nothing limits the attempt.</summary>
    public bool IsCharged;

    public bool IsSettled;

    /// <summary>It was counted when it left; see <see cref="AnswerTimes"/>.</summary>
    public bool IsForeseen;

    public readonly bool IsHeld => Account is not null;
}
