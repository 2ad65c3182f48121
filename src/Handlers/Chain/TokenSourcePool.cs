using System.Collections.Concurrent;

namespace Handlers;

/// <summary>
/// Token sources, the only thing that is pooled. A source comes back only after its registrations are disposed and <see cref="CancellationTokenSource.TryReset"/>
/// said yes; any other order lets one call cancel another. Under a <see cref="TimeProvider"/> other than the system's, TryReset says no and nothing is pooled.
/// </summary>
internal static class TokenSourcePool
{
    private const int Capacity = 256;
    private static readonly ConcurrentQueue<CancellationTokenSource> Idle = new();
    private static CancellationTokenSource? s_next;
    private static int s_count;

    /// <summary>What a timer can take at most, 49.7 days; a longer timeout ends there.</summary>
    public static readonly TimeSpan LongestTimeout = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    public static CancellationTokenSource Rent(TimeProvider time, TimeSpan timeout)
    {
        timeout = timeout < LongestTimeout ? timeout : LongestTimeout;
        if (!ReferenceEquals(time, TimeProvider.System))
        {
            return new CancellationTokenSource(timeout, time);
        }

        CancellationTokenSource? source = Interlocked.Exchange(ref s_next, null);
        if (source is null && Idle.TryDequeue(out source))
        {
            Interlocked.Decrement(ref s_count);
        }

        source ??= new CancellationTokenSource();
        source.CancelAfter(timeout);
        return source;
    }

    /// <summary>Takes a source back. Its registrations must have been disposed.</summary>
    /// <param name="source">The source.</param>
    /// <param name="reusable">False when something below may still hold the token (a request body that is still being sent).</param>
    public static void Return(CancellationTokenSource source, bool reusable)
    {
        if (!reusable || !source.TryReset())
        {
            source.Dispose();
            return;
        }

        if (Interlocked.CompareExchange(ref s_next, source, null) is null)
        {
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
}
