namespace Handlers.ResponseCaching;

/// <summary>
/// Remembers which URIs were invalidated last, so that a read that began before a write does not store afterwards what the write has made worthless, whoever wrote.
/// Counts instead of looking at the clock, and is lossy on the safe side: URIs that fall into one slot share their latest number.
/// </summary>
internal sealed class InvalidationLog
{
    private const int Slots = 1024;

    private readonly int[] _latest = new int[Slots];
    private int _count;

    /// <summary>How many invalidations there have been: what a read notes when it begins.</summary>
    public int Count => Volatile.Read(ref _count);

    public void Note(in ResponseKey key) => Volatile.Write(ref Slot(key), Interlocked.Increment(ref _count));

    // As a difference, so that the numbers may start again after two thousand million.
    public bool HasHappenedSince(in ResponseKey key, int count) => unchecked(Volatile.Read(ref Slot(key)) - count) > 0;

    private ref int Slot(in ResponseKey key) => ref _latest[(uint)key.Target.GetHashCode(StringComparison.Ordinal) % Slots];
}
