using System.Numerics;

namespace Handlers;

/// <summary>
/// Counts events in consecutive numbered time buckets and adds up the latest of them. No lock and no timer: a bucket is reused by whoever first
/// counts into it after its time has come round again.
/// </summary>
internal sealed class RollingCount
{
    // A cell is its bucket's number (upper 32 bits) and its count (lower 32): one atomic word, so number and count never disagree.
    private readonly long[] _cells;

    /// <param name="buckets">How many buckets <see cref="Sum"/> may reach back over.</param>
    public RollingCount(int buckets) => _cells = new long[BitOperations.RoundUpToPowerOf2((uint)buckets)];

    public void Add(uint bucket)
    {
        ref long cell = ref Cell(bucket);
        long seen = Volatile.Read(ref cell);
        while (Number(seen) != bucket)
        {
            // A cell that has moved on already: the event is older than the ring.
            if ((int)(Number(seen) - bucket) > 0)
            {
                return;
            }

            long was = Interlocked.CompareExchange(ref cell, ((long)bucket << 32) | 1, seen);
            if (was == seen)
            {
                return;
            }

            seen = was;
        }

        // Should the cell be reused right here, the event counts into the newer bucket instead: late, never lost.
        Interlocked.Increment(ref cell);
    }

    /// <summary>The events of <paramref name="buckets"/> buckets, of which <paramref name="last"/> is the latest.</summary>
    public long Sum(uint last, int buckets)
    {
        long sum = 0;
        for (int back = 0; back < buckets; back++)
        {
            uint bucket = last - (uint)back;
            long cell = Volatile.Read(ref Cell(bucket));
            sum += Number(cell) == bucket ? (uint)cell : 0;
        }

        return sum;
    }

    private static uint Number(long cell) => (uint)(cell >> 32);

    private ref long Cell(uint bucket) => ref _cells[bucket & (uint)(_cells.Length - 1)];
}
