using System.Collections.Concurrent;

namespace Handlers;

/// <summary>
/// Token sources, the only thing that is pooled. A source comes back only after its registrations are disposed and <see cref="TimedSource.TryEnd"/> said yes;
/// any other order lets one call cancel another. Under a <see cref="TimeProvider"/> other than the system's nothing is pooled.
/// </summary>
internal static class TokenSourcePool
{
    private const int Capacity = 256;
    private static readonly ConcurrentQueue<TimedSource> Idle = new();
    private static int s_count;

    // A thread that ends one call mostly begins the next: what it has just given back it takes again, and no other core hears of it.
    [ThreadStatic]
    private static TimedSource? t_last;

    /// <summary>A source that is cancelled at a timestamp of the clock.</summary>
    public static TimedSource Rent(Clock clock, long dueAt)
    {
        TimedSource? source = null;
        if (IsPooled(clock))
        {
            (source, t_last) = (t_last, null);
            if (source is null && Idle.TryDequeue(out source))
            {
                Interlocked.Decrement(ref s_count);
            }
        }

        source ??= new TimedSource(clock);
        source.CancelAt(dueAt);
        return source;
    }

    /// <summary>Takes a source back. Its registrations must have been disposed.</summary>
    /// <param name="source">The source.</param>
    /// <param name="reusable">False when something below may still hold the token (a request body that is still being sent).</param>
    public static void Return(TimedSource source, bool reusable)
    {
        if (!source.TryEnd())
        {
            return;
        }

        if (!reusable || !IsPooled(source.Clock))
        {
            source.Dispose();
            return;
        }

        if (t_last is null)
        {
            t_last = source;
            return;
        }

        if (Interlocked.Increment(ref s_count) <= Capacity)
        {
            Idle.Enqueue(source);
            return;
        }

        Interlocked.Decrement(ref s_count);
        source.Dispose();
    }

    private static bool IsPooled(Clock clock) => ReferenceEquals(clock.Time, TimeProvider.System);
}
