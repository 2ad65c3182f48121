namespace Handlers;

/// <summary>How refusals and announced limits are read. Configuration section <c>RateLimits</c>.</summary>
public sealed class RateLimitOptions
{
    /// <summary>Switches the handler on or off; off, only status codes and <c>Retry-After</c> are judged. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// The longest wait named by a provider that is honoured by waiting. A longer one is never shortened: the call is not retried, the wait is reported,
    /// and the quota's gate closes for this long. Default 3660 s (one hour and a minute), range 1 s to 31 days.
    /// </summary>
    public TimeSpan MaxServerWait { get; set; } = TimeSpan.FromSeconds(3660);

    /// <summary>
    /// Added to every instant that a provider named, against clocks and dates of one-second resolution. Default 50 ms, range 0 to 60 s.
    /// Jitter is added on top, never subtracted.
    /// </summary>
    public TimeSpan Guard { get; set; } = TimeSpan.FromMilliseconds(50);
}
