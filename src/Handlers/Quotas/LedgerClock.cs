namespace Handlers.Quotas;

/// <summary>The ledger's time: ticks of 100 ns since it began, never going back, and the wall clock beside them for windows that the calendar aligns.</summary>
internal sealed class LedgerClock(TimeProvider time)
{
    private readonly long _origin = time.GetTimestamp();
    private readonly double _ticksPerUnit = (double)TimeSpan.TicksPerSecond / time.TimestampFrequency;

    public TimeProvider Provider { get; } = time;

    public long Now => TickAt(Provider.GetTimestamp());

    /// <summary>The tick of a timestamp of the same time provider.</summary>
    public long TickAt(long timestamp) => (long)((timestamp - _origin) * _ticksPerUnit);

    /// <summary>The wall clock now. Read anew for each use: it may be set while we run, ticks may not.</summary>
    public DateTimeOffset Utc => Provider.GetUtcNow();

    /// <summary>The instant of a tick, as the wall clock stands now.</summary>
    public DateTimeOffset At(long tick) => After(TimeSpan.FromTicks(tick - Now));

    /// <summary>The instant after a wait, as the wall clock stands now; the last one there is for waits of thousands of years, which only forecasts make.</summary>
    public DateTimeOffset After(TimeSpan wait)
    {
        DateTimeOffset now = Utc;
        return wait < DateTimeOffset.MaxValue - now ? now + wait : DateTimeOffset.MaxValue;
    }
}
