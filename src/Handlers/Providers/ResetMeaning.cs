namespace Handlers;

/// <summary>What a provider's "reset" says; the two meanings are opposites for a client that waits.</summary>
public enum ResetMeaning : byte
{
    /// <summary>The instant at which the window ends and the whole limit is there again.</summary>
    WindowEnd,

    /// <summary>The time until a refilling bucket is full: capacity for one request comes back much earlier.</summary>
    TimeUntilFull,
}
