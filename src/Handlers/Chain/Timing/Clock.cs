namespace Handlers;

/// <summary>
/// Instants as timestamps of one <see cref="TimeProvider"/>: they never jump when somebody sets the wall clock.
/// <see cref="Never"/> stands for "no deadline".
/// </summary>
internal sealed class Clock(TimeProvider time)
{
    public const long Never = long.MaxValue;

    /// <summary>What a timer can take at most: 49.7 days.</summary>
    public static readonly TimeSpan LongestTimer = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly double _perTick = (double)time.TimestampFrequency / TimeSpan.TicksPerSecond;

    public TimeProvider Time { get; } = time;

    public long Now => Time.GetTimestamp();

    /// <summary>The shorter of two finite spans.</summary>
    public static TimeSpan Shorter(TimeSpan a, TimeSpan b) => a < b ? a : b;

    /// <summary>The timestamp <paramref name="span"/> after <paramref name="timestamp"/>; an infinite span is <see cref="Never"/>.</summary>
    public long After(long timestamp, TimeSpan span)
    {
        if (span == Timeout.InfiniteTimeSpan)
        {
            return Never;
        }

        double units = span.Ticks * _perTick;
        return units >= Never - timestamp ? Never : timestamp + (long)Math.Ceiling(units);
    }

    /// <summary>The time from <paramref name="from"/> to <paramref name="to"/>; infinite when <paramref name="to"/> is <see cref="Never"/>, else never negative.</summary>
    public TimeSpan Between(long from, long to)
    {
        if (to == Never)
        {
            return Timeout.InfiniteTimeSpan;
        }

        return to <= from ? TimeSpan.Zero : TimeSpan.FromTicks((long)Math.Ceiling((to - from) / _perTick));
    }

    /// <summary>The wall-clock instant that a timestamp stands for, for people only.</summary>
    public DateTimeOffset Instant(long now, long timestamp) => Time.GetUtcNow() + Between(now, timestamp);
}
