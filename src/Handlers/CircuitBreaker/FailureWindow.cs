namespace Handlers.CircuitBreaker;

/// <summary>What was sent in the last <c>SamplingDuration</c>, and what failed and succeeded, in tenths of it; adding takes no lock.</summary>
internal sealed class FailureWindow(TimeSpan duration)
{
    private const int Tenths = 10;

    private readonly long _bucketTicks = Math.Max(1, duration.Ticks / Tenths);
    private readonly RollingCount _sent = new(Tenths);
    private readonly RollingCount _failures = new(Tenths);
    private readonly RollingCount _successes = new(Tenths);
    private readonly RollingCount _ignored = new(Tenths);

    public TimeSpan Duration { get; } = duration;

    public void Sent(TimeSpan now) => _sent.Add(Bucket(now));

    public void Add(TimeSpan now, bool failed) => (failed ? _failures : _successes).Add(Bucket(now));

    /// <summary>One that was sent has ended in a way that says nothing.</summary>
    public void Ignored(TimeSpan now) => _ignored.Add(Bucket(now));

    /// <summary>Failures, failures and successes, and what was sent and may still become one of both.</summary>
    public (long Failed, long Ended, long Sent) Totals(TimeSpan now)
    {
        uint bucket = Bucket(now);
        long failed = _failures.Sum(bucket, Tenths);
        return (failed, failed + _successes.Sum(bucket, Tenths), _sent.Sum(bucket, Tenths) - _ignored.Sum(bucket, Tenths));
    }

    private uint Bucket(TimeSpan now) => (uint)(now.Ticks / _bucketTicks);
}
