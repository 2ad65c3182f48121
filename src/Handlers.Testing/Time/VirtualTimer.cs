namespace Handlers.Testing;

/// <summary>A timer of <see cref="VirtualTime"/>. Its schedule is guarded by the queue's owner.</summary>
internal sealed class VirtualTimer : ITimer
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(0xfffffffe);

    // Like the system's timers: the callback sees the creator's async locals unless flow was suppressed.
#pragma warning disable CA2213 // a captured context is shared and not ours to dispose
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
#pragma warning restore CA2213
    private readonly VirtualTime _time;
    private readonly TimerCallback _callback;
    private readonly object? _state;

    internal VirtualTimer(VirtualTime time, TimerCallback callback, object? state)
    {
        _time = time;
        _callback = callback;
        _state = state;
    }

    /// <summary>Timestamp of the next firing; null when the timer is idle.</summary>
    internal long? Due { get; set; }

    internal long Period { get; set; }

    internal bool Disposed { get; set; }

    /// <summary>Tells a live queue entry from one left behind by a later <see cref="Change"/>.</summary>
    internal long Entry { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Validate(dueTime, nameof(dueTime));
        Validate(period, nameof(period));
        return _time.Schedule(this, dueTime, period);
    }

    public void Dispose() => _time.Remove(this);

    public ValueTask DisposeAsync()
    {
        _time.Remove(this);
        return default;
    }

    internal void Fire()
    {
        if (_context is null)
        {
            Call();
        }
        else
        {
            ExecutionContext.Run(_context, static timer => ((VirtualTimer)timer!).Call(), this);
        }
    }

    private void Call() => _callback(_state);

    // The bounds of TimeProvider.System, so that a wait which fails in production fails here too.
    private static void Validate(TimeSpan value, string name)
    {
        if (value != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Longest, name);
        }
    }
}
