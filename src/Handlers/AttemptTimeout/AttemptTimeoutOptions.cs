namespace Handlers;

/// <summary>How long one attempt may take, for <see cref="AttemptTimeoutHandler"/> alone; in a chain it is <see cref="ResilienceHandlersOptions.AttemptTimeout"/>.</summary>
public sealed class AttemptTimeoutOptions
{
    /// <summary>From sending to headers. Default 30 s, range 10 ms to 31 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
