namespace Handlers;

/// <summary>
/// A token source with a time limit that can be moved. Its timer is not set anew for every use: when it fires it looks whether the limit has been reached, and
/// goes on waiting when it has not. So calls that end long before their limit set no timer at all, where each would else set one three times, under a lock.
/// </summary>
/// <remarks>
/// <see cref="_dueAt"/> changes hands by compare-and-swap: the timer may only cancel for the limit that it has seen pass, never for the next owner's. Whoever sets
/// an earlier limit reads <see cref="_looksAt"/> after it, and the timer writes that before it reads the limit: one of the two always sees the other.
/// </remarks>
internal sealed class TimedSource : CancellationTokenSource
{
    private const long Fired = long.MinValue;

    // A timer may fire early, and counts whole milliseconds: what is left then is less than it can count.
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private readonly ITimer _timer;
    private readonly Lock _setting = new();
    private long _dueAt = Handlers.Clock.Never;
    private long _looksAt = Handlers.Clock.Never;

    public TimedSource(Clock clock)
    {
        Clock = clock;

        // It outlives the call that it is made for, and must not keep that call's ambient values.
        bool flows = !ExecutionContext.IsFlowSuppressed();
        AsyncFlowControl flow = flows ? ExecutionContext.SuppressFlow() : default;
        _timer = clock.Time.CreateTimer(static source => ((TimedSource)source!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        if (flows)
        {
            flow.Undo();
        }
    }

    public Clock Clock { get; }

    /// <summary>Moves the limit to a timestamp of the clock, or to <see cref="Handlers.Clock.Never"/>. Nothing happens when the old one has passed.</summary>
    public void CancelAt(long timestamp)
    {
        long before = Volatile.Read(ref _dueAt);
        while (before != Fired)
        {
            long seen = Interlocked.CompareExchange(ref _dueAt, timestamp, before);
            if (seen == before)
            {
                if (timestamp < Volatile.Read(ref _looksAt))
                {
                    LookInTime();
                }

                return;
            }

            before = seen;
        }
    }

    /// <summary>Ends its use: no limit holds any more. False when it can't be used again, and has been given up.</summary>
    public bool TryEnd()
    {
        if (Interlocked.Exchange(ref _dueAt, Handlers.Clock.Never) == Fired)
        {
            // The timer may be cancelling it at this moment: disposed of, it would throw there.
            _timer.Dispose();
            return false;
        }

        if (TryReset())
        {
            return true;
        }

        Dispose();
        return false;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _timer.Dispose();
        }

        base.Dispose(disposing);
    }

    private void LookInTime()
    {
        lock (_setting)
        {
            long due = Volatile.Read(ref _dueAt);
            if (due != Fired && due < _looksAt)
            {
                SetTimer(due, Clock.Now);
            }
        }
    }

    private void Look()
    {
        long due;
        lock (_setting)
        {
            Interlocked.Exchange(ref _looksAt, Handlers.Clock.Never);
            due = Volatile.Read(ref _dueAt);
            if (due is Handlers.Clock.Never or Fired)
            {
                return;
            }

            long now = Clock.Now;
            if (now < due)
            {
                SetTimer(due, now);
                return;
            }
        }

        if (Interlocked.CompareExchange(ref _dueAt, Fired, due) == due)
        {
            Cancel();
        }
    }

    private void SetTimer(long due, long now)
    {
        TimeSpan left = Clock.Between(now, due);
        _looksAt = due;

        // What is longer than a timer can be is looked at again.
        _timer.Change(left < Shortest ? Shortest : left > Clock.LongestTimer ? Clock.LongestTimer : left, Timeout.InfiniteTimeSpan);
    }
}
