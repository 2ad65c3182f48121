namespace Handlers.CircuitBreaker;

/// <summary>Failures and successes of the last <c>SamplingDuration</c>, in tenths of it; adding takes no lock.</summary>
internal sealed class FailureWindow(TimeSpan duration)
{
    private const int Tenths = 10;

    private readonly long _bucketTicks = Math.Max(1, duration.Ticks / Tenths);
    private readonly RollingCount _failures = new(Tenths);
    private readonly RollingCount _successes = new(Tenths);

    public TimeSpan Duration { get; } = duration;

    public void Add(TimeSpan now, bool failed) => (failed ? _failures : _successes).Add(Bucket(now));

    public (long Failed, long Total) Totals(TimeSpan now)
    {
        uint bucket = Bucket(now);
        long failed = _failures.Sum(bucket, Tenths);
        return (failed, failed + _successes.Sum(bucket, Tenths));
    }

    private uint Bucket(TimeSpan now) => (uint)(now.Ticks / _bucketTicks);
}
