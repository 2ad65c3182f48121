namespace Handlers.Tests.Support;

/// <summary>A clock that moves when told to, and runs the timers that come due on the way, each at its own time.</summary>
internal sealed class ManualTime : TimeProvider
{
    private static readonly DateTimeOffset Start = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private readonly List<ManualTimer> _timers = [];
    private readonly Lock _lock = new();
    private long _ticks;

    public TimeSpan Elapsed => TimeSpan.FromTicks(Volatile.Read(ref _ticks));

    /// <summary>Added to the wall clock only, as if somebody set it.</summary>
    public TimeSpan WallOffset { get; set; }

    /// <summary>Timers that wait for their time.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>When the next timer comes due; null when none is armed.</summary>
    public TimeSpan? NextDue
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count == 0 ? null : TimeSpan.FromTicks(_timers.Min(t => t.Due));
            }
        }
    }

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => Start + Elapsed + WallOffset;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        long end = _ticks + by.Ticks;
        while (Next(end) is { } timer)
        {
            timer.Fire();
        }

        Volatile.Write(ref _ticks, end);
    }

    private ManualTimer? Next(long end)
    {
        lock (_lock)
        {
            ManualTimer? next = _timers.Where(t => t.Due <= end).MinBy(t => t.Due);
            if (next is not null)
            {
                _timers.Remove(next);
                Volatile.Write(ref _ticks, Math.Max(_ticks, next.Due));
            }

            return next;
        }
    }

    private bool Arm(ManualTimer timer, TimeSpan dueTime)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            if (dueTime != Timeout.InfiniteTimeSpan)
            {
                timer.Due = _ticks + dueTime.Ticks;
                _timers.Add(timer);
            }

            return true;
        }
    }

    private sealed class ManualTimer : ITimer
    {
        private readonly ManualTime _time;
        private readonly TimerCallback _callback;
        private readonly object? _state;

        public ManualTimer(ManualTime time, TimerCallback callback, object? state)
        {
            _time = time;
            _callback = callback;
            _state = state;
        }

        public long Due { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => _time.Arm(this, dueTime);

        public void Fire() => _callback(_state);

        public void Dispose() => _time.Arm(this, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            _time.Arm(this, Timeout.InfiniteTimeSpan);
            return default;
        }
    }
}
