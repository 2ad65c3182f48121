namespace Handlers;

/// <summary>What pacing should optimise while a quota is short.</summary>
public enum PacingMode : byte
{
    /// <summary>Spend what is there, then wait: the batch ends soonest.</summary>
    FinishSoonest,

    /// <summary>Spread what remains evenly over the time to the reset: a late arrival waits little.</summary>
    Smooth,

    /// <summary>Keep <see cref="PacingOptions.ReservePercent"/> for interactive calls.</summary>
    Reserve,
}
