namespace Handlers;

/// <summary>Waits that end no earlier than they should, whatever the timers do (they fire up to a few milliseconds early).</summary>
internal static class Waiting
{
    /// <summary>Timers take at most 2³² − 2 ms; a longer wait is slept in pieces.</summary>
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(30);

    public static async ValueTask UntilAsync(Clock clock, long due, CancellationToken token)
    {
        for (long now = clock.Now; now < due; now = clock.Now)
        {
            await Task.Delay(Piece(clock.Between(now, due)), clock.Time, token).ConfigureAwait(false);
        }
    }

    /// <summary>The synchronous twin: blocks this thread on a timer, never on a task.</summary>
    public static void Until(Clock clock, long due, CancellationToken token)
    {
        for (long now = clock.Now; now < due; now = clock.Now)
        {
            using var signal = new ManualResetEventSlim();
            using ITimer timer = clock.Time.CreateTimer(
                static state => ((ManualResetEventSlim)state!).Set(),
                signal,
                Piece(clock.Between(now, due)),
                Timeout.InfiniteTimeSpan);
            signal.Wait(token);
        }
    }

    // Rounded up to whole milliseconds, which is what timers count in.
    private static TimeSpan Piece(TimeSpan left) =>
        left > LongestTimer ? LongestTimer : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds));
}
