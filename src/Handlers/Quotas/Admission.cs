namespace Handlers.Quotas;

/// <summary>The ledger's word on an attempt.</summary>
internal enum Admission : byte
{
    /// <summary>It may go now.</summary>
    Granted,

    /// <summary>It waits in a queue.</summary>
    Waiting,

    /// <summary>It may not go, and waiting would not help.</summary>
    Refused,

    /// <summary>It was cancelled while it waited.</summary>
    Cancelled,
}
