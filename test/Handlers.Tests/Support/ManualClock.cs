namespace Handlers.Tests.Support;

/// <summary>Time that stands still until a test moves it. Timestamps and the wall clock move apart when a test sets the latter.</summary>
internal sealed class ManualClock : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    // Not 0: nothing may rely on the clock's origin.
    private long _timestamp = 7 * TimeSpan.TicksPerDay;
    private TimeSpan _wallStep;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _timestamp);

    public override DateTimeOffset GetUtcNow() => Start + TimeSpan.FromTicks(GetTimestamp()) + _wallStep;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _timestamp, by.Ticks);

    public void Advance(double seconds) => Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Somebody sets the wall clock; durations don't notice.</summary>
    public void StepWallClock(TimeSpan by) => _wallStep += by;
}
