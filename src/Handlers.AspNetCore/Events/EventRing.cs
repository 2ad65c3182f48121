namespace Handlers.AspNetCore;

/// <summary>
/// The latest events, each written once, however many read them: a reader holds a number and nothing else. Who falls behind by more than the ring holds goes on
/// with the oldest there is, and is told how many it has missed.
/// </summary>
/// <remarks>Its lock guards the frames and the signal; nothing is written to a connection under it.</remarks>
internal sealed class EventRing
{
    public const int Capacity = 2048;

    /// <summary>What a reader gets at once: what is being sent is all that a slow one holds.</summary>
    public const int Batch = 512;

    private readonly Lock _lock = new();
    private readonly byte[]?[] _frames = new byte[]?[Capacity];
    private TaskCompletionSource _more = New();
    private long _last;

    /// <summary>The number of the newest event; 0 before the first.</summary>
    public long Last => Interlocked.Read(ref _last);

    /// <summary>Adds what <paramref name="write"/> makes of the next number.</summary>
    public void Add(Func<long, byte[]> write)
    {
        TaskCompletionSource more;
        lock (_lock)
        {
            _frames[(_last + 1) % Capacity] = write(_last + 1);
            Interlocked.Increment(ref _last);
            (more, _more) = (_more, New());
        }

        more.TrySetResult();
    }

    /// <summary>The frames after <paramref name="cursor"/>, which moves on; how many are lost to this reader; and what to wait for when there is none.</summary>
    public (IReadOnlyList<byte[]> Frames, long Lost, Task More) After(ref long cursor)
    {
        lock (_lock)
        {
            long first = Math.Max(cursor + 1, Math.Max(1, _last - Capacity + 1));
            long lost = first - cursor - 1;
            var frames = new List<byte[]>();
            for (long number = first; number <= _last && frames.Count < Batch; number++)
            {
                frames.Add(_frames[number % Capacity]!);
            }

            cursor = frames.Count == 0 ? cursor : first + frames.Count - 1;
            return (frames, frames.Count == 0 ? 0 : lost, _more.Task);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
