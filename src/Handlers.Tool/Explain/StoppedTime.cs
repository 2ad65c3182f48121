namespace Handlers.Tool.Explain;

/// <summary>The clock as it was when an answer came. Nothing waits while an answer is explained.</summary>
internal sealed class StoppedTime(DateTimeOffset now) : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => now;

    public override long GetTimestamp() => TimestampFrequency;
}
