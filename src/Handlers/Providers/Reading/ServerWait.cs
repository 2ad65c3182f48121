namespace Handlers.Providers;

/// <summary>A wait that the provider named.</summary>
/// <param name="Time">From the receipt of the answer, never negative; null when no hint is usable.</param>
/// <param name="Source">What named it, as the second half of the verdict's sentence.</param>
/// <param name="IsUpperBound">Whether capacity may be back earlier, because a refilling bucket said when it will be full.</param>
internal readonly record struct ServerWait(TimeSpan? Time, string Source, bool IsUpperBound = false)
{
    public static readonly ServerWait None = new(null, "no usable wait is named");

    public bool IsKnown => Time is not null;

    /// <summary>This hint, else one of lower rank.</summary>
    public ServerWait Or(in ServerWait next) => !IsKnown && next.IsKnown ? next : this;

    /// <summary>This hint, else a duration that the message's text names, the last resort.</summary>
    public ServerWait OrFoundIn(string? message) =>
        !IsKnown && Wire.WireDuration.TryFindInMessage(message, out TimeSpan wait) ? new(wait, "the message names the wait") : this;
}
