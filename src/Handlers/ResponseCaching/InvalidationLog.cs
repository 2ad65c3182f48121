namespace Handlers.ResponseCaching;

/// <summary>
/// Remembers which keys were invalidated last, so that a read that began before a write does not store afterwards what the write has made worthless. Counts
/// instead of looking at the clock, and is lossy on the safe side: keys that fall into one slot share their latest number.
/// </summary>
internal sealed class InvalidationLog
{
    private const int Slots = 1024;

    private readonly long[] _latest = new long[Slots];
    private long _count;

    /// <summary>How many invalidations there have been: what a read notes when it begins.</summary>
    public long Count => Volatile.Read(ref _count);

    public void Note(in ResponseKey key) => Volatile.Write(ref Slot(key), Interlocked.Increment(ref _count));

    public bool HasHappenedSince(in ResponseKey key, long count) => Volatile.Read(ref Slot(key)) > count;

    private ref long Slot(in ResponseKey key) => ref _latest[(uint)key.GetHashCode() % Slots];
}
