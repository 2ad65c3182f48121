namespace Handlers;

/// <summary>Why a call was refused instead of waiting for its quota.</summary>
public enum QuotaRefusalReason : byte
{
    /// <summary>As many calls, or bytes of their bodies, as may wait already do.</summary>
    QueueFull,

    /// <summary>It is known now that the wait would end after the call's deadline or take longer than it may wait.</summary>
    WouldMissDeadline,

    /// <summary>The provider said that the quota is gone until a person acts or a long period ends.</summary>
    Exhausted,

    /// <summary>The call costs more than the limit can ever hold.</summary>
    CannotFit,
}
