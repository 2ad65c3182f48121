namespace Handlers.Retry;

/// <summary>How long to wait before a retry when nobody else says so. Pure: the random number is the caller's.</summary>
internal static class Backoff
{
    /// <summary>The wait before retry number <paramref name="retry"/>.</summary>
    /// <param name="settings">Shape, base, cap and jitter.</param>
    /// <param name="retry">From 1.</param>
    /// <param name="random">From 0 up to but not including 1; the middle is the wait without jitter.</param>
    /// <remarks>
    /// Jitter spreads the wait evenly over ± its share, and the cap cuts that range, not the drawn value: no wait exceeds the cap, and waits at the cap are
    /// spread below it (30 s ± 20 % capped at 30 s: 24 to 30 s) instead of piling up on it.
    /// </remarks>
    public static TimeSpan Delay(in BackoffSettings settings, int retry, double random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(retry, 1);
        if (settings.BaseDelay <= TimeSpan.Zero)
        {
            return TimeSpan.Zero;
        }

        double growth = settings.Kind switch
        {
            BackoffKind.Exponential => Math.Pow(settings.Multiplier, retry - 1),
            BackoffKind.Linear => retry,
            _ => 1,
        };
        double cap = settings.MaxDelay.Ticks;
        double ticks = Math.Min(settings.BaseDelay.Ticks * growth, cap);
        if (settings.Jitter > 0)
        {
            double shortest = ticks * (1 - settings.Jitter);
            double longest = Math.Min(ticks * (1 + settings.Jitter), cap);
            ticks = shortest + ((longest - shortest) * random);
        }

        // A double holds long.MaxValue only rounded up.
        return ticks >= long.MaxValue ? TimeSpan.MaxValue : TimeSpan.FromTicks((long)ticks);
    }
}
