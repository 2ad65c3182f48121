using System.Numerics;

namespace Handlers;

/// <summary>
/// Durations in buckets that grow by the eighth of a power of two, so that a percentile is off by 6 % at most, whatever its size. Remembers five to ten
/// minutes: two generations, of which the older is dropped when the newer is full of time.
/// </summary>
/// <remarks>
/// No lock. Who finds the generation over puts a new one in its place; a count that goes to the old one at that moment is still read, and one that goes to a
/// dropped one is a lost sample, not a lost call.
/// </remarks>
internal sealed class LatencyHistogram(Clock clock)
{
    private const int Steps = 8;

    // 1 µs to 12 days.
    private const int Octaves = 40;

    private static readonly TimeSpan Span = TimeSpan.FromMinutes(5);

    private readonly long _span = clock.After(0, Span);
    private readonly double _perMicrosecond = clock.Time.TimestampFrequency / 1e6;
    private Generation _generation = new(clock.Now, null);

    public void Add(long took, long now)
    {
        Generation current = Volatile.Read(ref _generation);
        if (now - current.Since > _span)
        {
            var next = new Generation(now, now - current.Since > 2 * _span ? null : current.Counts);
            Generation seen = Interlocked.CompareExchange(ref _generation, next, current);
            current = ReferenceEquals(seen, current) ? next : seen;
        }

        Interlocked.Increment(ref current.Counts[Bucket(took / _perMicrosecond)]);
    }

    /// <summary>The duration that the given share of calls did not exceed; null without any.</summary>
    public TimeSpan? Percentile(double share, long now)
    {
        Generation current = Volatile.Read(ref _generation);
        long age = now - current.Since;
        long[]?[] counted = age > 2 * _span ? [] : age > _span ? [current.Counts] : [current.Counts, current.Before];
        long total = counted.Sum(counts => counts?.Sum() ?? 0);
        if (total == 0)
        {
            return null;
        }

        long rank = (long)Math.Ceiling(total * share);
        for (int bucket = 0; bucket < Octaves * Steps; bucket++)
        {
            rank -= counted.Sum(counts => counts?[bucket] ?? 0);
            if (rank <= 0)
            {
                return Middle(bucket);
            }
        }

        return Middle((Octaves * Steps) - 1);
    }

    private static int Bucket(double microseconds)
    {
        ulong whole = microseconds < 1 ? 1 : microseconds >= 1L << (Octaves - 1) ? 1UL << (Octaves - 1) : (ulong)microseconds;
        int octave = BitOperations.Log2(whole);
        int step = octave >= 3 ? (int)(whole >> (octave - 3)) & (Steps - 1) : (int)(whole << (3 - octave)) & (Steps - 1);
        return (octave * Steps) + step;
    }

    private static TimeSpan Middle(int bucket)
    {
        double microseconds = Math.Pow(2, bucket / Steps) * (1 + (((bucket % Steps) + 0.5) / Steps));
        return TimeSpan.FromTicks((long)(microseconds * TimeSpan.TicksPerMicrosecond));
    }

    private sealed class Generation(long since, long[]? before)
    {
        public long Since { get; } = since;

        public long[] Counts { get; } = new long[Octaves * Steps];

        /// <summary>The counts of the generation before this one.</summary>
        public long[]? Before { get; } = before;
    }
}
