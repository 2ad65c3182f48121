namespace Handlers;

/// <summary>What the limits that are known are spent for. Configuration <c>Pacing:Mode</c>.</summary>
public enum PacingMode : byte
{
    /// <summary>Whatever fits goes at once, and then waits: the last call of a batch ends as soon as it can.</summary>
    FinishSoonest,

    /// <summary>
    /// Evenly: what is left of a window over the time that is left of it, a bucket at the rate at which it refills, a sliding window at its rate. A batch ends
    /// later, a call that comes in between finds room in a moment instead of at the window's end, and a provider sees no bursts. Where clients share a quota it
    /// goes evenly for all of them as soon as one of them wants it.
    /// </summary>
    Smooth,

    /// <summary>
    /// As <see cref="FinishSoonest"/>, but <see cref="PacingOptions.ReservePercent"/> of every limit are left to calls of
    /// <see cref="CallPriority.Interactive"/>.
    /// </summary>
    Reserve,
}
