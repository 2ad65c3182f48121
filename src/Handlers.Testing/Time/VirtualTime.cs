using System.Globalization;
using System.Runtime.CompilerServices;

namespace Handlers.Testing;

/// <summary>
/// A clock that stands still while anything can run and jumps to the next timer when nothing can: hours of waiting pass in milliseconds,
/// in the right order. Timers fire one at a time, the next one only when the thread pool has nothing left to do.
/// </summary>
/// <remarks>
/// In a project whose runtimeconfig sets System.Threading.ThreadPool.MinThreads and MaxThreads to 1 and whose tests do not run in parallel,
/// the same program gives the same run, event by event. With more threads a run is right, but not repeatable to the bit, and work that blocks a thread of the pool for a
/// tenth of a second or more is not waited for: it belongs on a thread of <see cref="StartThread"/>.
/// Real sockets and real timers are not seen: their work must not be mixed with virtual time.
/// </remarks>
public sealed class VirtualTime : TimeProvider
{
    private const int EagerLooks = 100;
    private const int StandstillLooks = 300 + EagerLooks;
    private static readonly TimeSpan Nap = TimeSpan.FromMilliseconds(1);
    private static readonly long FirstTimestamp = TimeSpan.FromDays(1).Ticks; // not zero: code that takes 0 for "never" shall be found

    private readonly Lock _lock = new();
    private readonly TimerQueue _timers = new();
    private readonly List<VirtualGoal> _goals = [];
    private readonly List<VirtualThread> _threads = [];
    private readonly List<Func<string?>> _witnesses = [];
    private readonly PoolWatch _pool = new();
    private readonly Driver _driver;
    private readonly DateTimeOffset _start;
    private long _now = FirstTimestamp;
    private long _wallClockOffset;
    private long _fired;
    private bool _driving;
    private ITimer? _nap;
    private int _looks;
    private int _stuckLooks;

    /// <summary>Creates a clock that shows 2026-11-21T12:00:00Z.</summary>
    public VirtualTime()
        : this(new DateTimeOffset(2026, 11, 21, 12, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Creates a clock that shows <paramref name="start"/>.</summary>
    public VirtualTime(DateTimeOffset start)
    {
        _start = start.ToUniversalTime();
        _driver = new Driver(this);
    }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>Time gone by since the clock was created; wall clock jumps do not count.</summary>
    public TimeSpan Elapsed => new(GetTimestamp() - FirstTimestamp);

    /// <summary>Timers that will fire if time goes on. Zero proves that nobody holds one.</summary>
    public int ActiveTimers
    {
        get
        {
            lock (_lock)
            {
                return _timers.Count;
            }
        }
    }

    /// <summary>Timers fired so far.</summary>
    public long FiredTimers => Volatile.Read(ref _fired);

    /// <summary>
    /// Whether one thread of the pool is free for the program, so that the same seed gives the same run. Known once time has been driven.
    /// A test host keeps threads of the pool for itself: with the one behind "dotnet test" these are two, so MaxThreads is 3 there.
    /// </summary>
    public static bool IsRepeatable => PoolWatch.Threads - PoolWatch.Strangers == 1;

    /// <inheritdoc/>
    public override long GetTimestamp() => Volatile.Read(ref _now);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _start + Elapsed + new TimeSpan(Volatile.Read(ref _wallClockOffset));

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">A time the system's timers refuse too: negative, or above 4,294,967,294 ms.</exception>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new VirtualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves what <see cref="GetUtcNow"/> shows, forward or back, without moving timestamps or timers: a correction by NTP.</summary>
    public void JumpWallClock(TimeSpan by) => Interlocked.Add(ref _wallClockOffset, by.Ticks);

    /// <summary>Runs <paramref name="body"/> on the pool and drives time forward, whenever everything is idle, until its task has ended.</summary>
    /// <exception cref="InvalidOperationException">The task waits for something that no timer and no queued work can bring about.</exception>
    public Task RunAsync(Func<Task> body, [CallerArgumentExpression(nameof(body))] string? what = null) =>
        UntilAsync(Task.Run(body), what);

    /// <inheritdoc cref="RunAsync(Func{Task}, string?)"/>
    public Task<T> RunAsync<T>(Func<Task<T>> body, [CallerArgumentExpression(nameof(body))] string? what = null) =>
        UntilAsync(Task.Run(body), what);

    /// <summary><see cref="RunAsync(Func{Task}, string?)"/> for a program's entry point: blocks the calling thread, which must not be one of the pool's.</summary>
    /// <exception cref="InvalidOperationException">Called on a thread of the pool, or the task can never end.</exception>
    public void Run(Func<Task> body, [CallerArgumentExpression(nameof(body))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (Thread.CurrentThread.IsThreadPoolThread)
        {
            throw new InvalidOperationException("Run would block a thread of the pool, which virtual time has to see idle. Await RunAsync instead.");
        }

        RunAsync(body, what).GetAwaiter().GetResult();
    }

    /// <summary>Runs synchronous code, such as <see cref="HttpClient.Send(HttpRequestMessage)"/>, on a thread of its own and drives time until it has ended.</summary>
    /// <exception cref="InvalidOperationException">The thread waits for something that no timer and no queued work can bring about.</exception>
    public Task<T> RunSyncAsync<T>(Func<T> body, [CallerArgumentExpression(nameof(body))] string? what = null) =>
        UntilAsync(StartThread(body, what), what);

    /// <summary>
    /// Starts synchronous code on a thread of its own. Time stands still until the thread waits or ends; whoever drives time lets it go on.
    /// </summary>
    /// <returns>A task that ends with the thread and carries its result or exception.</returns>
    public Task<T> StartThread<T>(Func<T> body, [CallerArgumentExpression(nameof(body))] string? what = null)
    {
        var ended = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        VirtualThread? thread = null;
        thread = new VirtualThread(
            () =>
            {
                try
                {
                    ended.SetResult(body());
                }
                catch (OperationCanceledException e)
                {
                    ended.SetCanceled(e.CancellationToken);
                }
                catch (Exception e)
                {
                    ended.SetException(e);
                }

                // Only now: what waits for the result is queued, so at no moment does all look idle.
                Forget(thread!);
            },
            Brief(what));
        lock (_lock)
        {
            _threads.Add(thread);
        }

        thread.Start();
        return ended.Task;
    }

    /// <summary>Drives time forward, whenever everything is idle, until <paramref name="task"/> has ended.</summary>
    /// <exception cref="InvalidOperationException">The task waits for something that no timer and no queued work can bring about.</exception>
    public async Task UntilAsync(Task task, [CallerArgumentExpression(nameof(task))] string? what = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        await DriveAsync(new VirtualGoal(task, long.MaxValue, Brief(what))).ConfigureAwait(false);
        await task.ConfigureAwait(false);
    }

    /// <inheritdoc cref="UntilAsync(Task, string?)"/>
    public async Task<T> UntilAsync<T>(Task<T> task, [CallerArgumentExpression(nameof(task))] string? what = null)
    {
        await DriveAsync(new VirtualGoal(task, long.MaxValue, Brief(what))).ConfigureAwait(false);
        return await task.ConfigureAwait(false);
    }

    /// <summary>Moves time forward, firing each timer at its instant and letting everything settle in between; ends when all is idle again.</summary>
    public Task AdvanceAsync(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        return DriveAsync(new VirtualGoal(task: null, GetTimestamp() + by.Ticks, "AdvanceAsync"));
    }

    /// <summary>Lets everything run that can run at this instant, without moving time.</summary>
    public Task SettleAsync() => AdvanceAsync(TimeSpan.Zero);

    /// <summary>Moves time forward and fires due timers in order on the calling thread, without waiting for what they set off.</summary>
    /// <exception cref="InvalidOperationException">Somebody drives the clock already, with <see cref="RunAsync(Func{Task}, string?)"/> or <see cref="AdvanceAsync"/>.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long until = GetTimestamp() + by.Ticks;
        while (TakeDue(until) is { } timer)
        {
            timer.Fire();
        }
    }

    internal bool Schedule(VirtualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            if (timer.Disposed)
            {
                return false;
            }

            timer.Period = period == Timeout.InfiniteTimeSpan ? 0 : period.Ticks;
            _timers.Set(timer, dueTime == Timeout.InfiniteTimeSpan ? null : _now + dueTime.Ticks);
            return true;
        }
    }

    internal void Remove(VirtualTimer timer)
    {
        lock (_lock)
        {
            timer.Disposed = true;
            _timers.Set(timer, due: null);
        }
    }

    /// <summary>Adds somebody who can say, when time stands still, what it is waiting for.</summary>
    internal void AddWitness(Func<string?> witness)
    {
        lock (_lock)
        {
            _witnesses.Add(witness);
        }
    }

    // Moments of real time given away since the last step.
    private int Naps => Math.Max(0, _looks - EagerLooks);

    private Task DriveAsync(VirtualGoal goal)
    {
        bool start;
        lock (_lock)
        {
            _goals.Add(goal);
            start = !_driving;
            _driving = true;
        }

        if (start)
        {
            QueueDriver();
        }

        return goal.Reached;
    }

    // Runs as work of the pool and queues itself again as long as somebody waits: one timer a step.
    private void Step()
    {
        if (!IsIdle())
        {
            LookAgain();
            return;
        }

        VirtualTimer? due = null;
        VirtualGoal? reached = null;
        bool stuck = false;
        lock (_lock)
        {
            reached = _goals.Find(static goal => goal.Task is { IsCompleted: true });
            if (reached is null)
            {
                VirtualGoal? nearest = _goals.Where(static goal => goal.Task is null).MinBy(static goal => goal.Until);
                if (_timers.NextDue is { } next && next <= (nearest?.Until ?? long.MaxValue))
                {
                    due = TakeDueNeedsLock(next);
                }
                else if (nearest is not null)
                {
                    Volatile.Write(ref _now, Math.Max(_now, nearest.Until));
                    reached = nearest;
                }
                else
                {
                    stuck = true;
                }
            }

            if (reached is not null)
            {
                _goals.Remove(reached);
            }
        }

        if (!stuck)
        {
            _looks = 0;
            _stuckLooks = 0;
        }
        else if (_stuckLooks++ < StandstillLooks)
        {
            LookAgain(); // a thread that is not ours may still do something
            return;
        }
        else
        {
            Fail(new InvalidOperationException(DescribeStandstill()));
            return;
        }

        reached?.Complete();
        Fire(due);
        QueueDriverIfNeeded();
    }

    // Through the global queue: everything queued before, and every local queue, goes first.
    private void QueueDriver() => ThreadPool.UnsafeQueueUserWorkItem(_driver, preferLocal: false);

    private void QueueDriverIfNeeded()
    {
        lock (_lock)
        {
            _driving = _goals.Count > 0;
            if (!_driving)
            {
                return;
            }
        }

        QueueDriver();
    }

    private bool IsIdle()
    {
        if (!_pool.IsIdle(Naps))
        {
            return false;
        }

        VirtualThread[] threads = LiveThreads();
        if (threads.Length == 0)
        {
            return true;
        }

        // Twice: one thread may have woken another that had been looked at before. And the pool: one may have queued work before it blocked.
        return Array.TrueForAll(threads, static thread => thread.IsBlocked())
            && Array.TrueForAll(threads, static thread => thread.IsBlocked())
            && (VirtualThread.SeesWakesAtOnce || Naps > 1)
            && _pool.IsIdle(Naps);
    }

    // In real time, and off the pool: a queued driver would keep the pool's only free thread from helping itself to the queues of others.
    private void LookAgain()
    {
        if (_looks++ < EagerLooks)
        {
            Thread.Yield();
            QueueDriver();
        }
        else
        {
            _nap ??= System.CreateTimer(static time => ((VirtualTime)time!).Step(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _nap.Change(Nap, Timeout.InfiniteTimeSpan);
        }
    }

    private VirtualThread[] LiveThreads()
    {
        lock (_lock)
        {
            return _threads.Count == 0 ? [] : [.. _threads];
        }
    }

    private void Forget(VirtualThread thread)
    {
        lock (_lock)
        {
            _threads.Remove(thread);
        }
    }

    private VirtualTimer? TakeDue(long until)
    {
        lock (_lock)
        {
            if (_driving)
            {
                throw new InvalidOperationException("The clock is being driven by RunAsync or AdvanceAsync; use AdvanceAsync here too.");
            }

            if (_timers.NextDue is { } next && next <= until)
            {
                return TakeDueNeedsLock(next);
            }

            Volatile.Write(ref _now, until);
            return null;
        }
    }

    private VirtualTimer TakeDueNeedsLock(long due)
    {
        Volatile.Write(ref _now, Math.Max(_now, due));
        _fired++;
        return _timers.TakeNext(_now);
    }

    private void Fire(VirtualTimer? timer)
    {
        try
        {
            timer?.Fire();
        }
        catch (Exception e)
        {
            Fail(new InvalidOperationException("A timer's callback threw; with the system's timers this would end the process.", e));
        }
    }

    private void Fail(Exception error)
    {
        VirtualGoal[] goals;
        lock (_lock)
        {
            goals = [.. _goals];
            _goals.Clear();
            _driving = false;
        }

        _looks = 0;
        _stuckLooks = 0;
        Array.ForEach(goals, goal => goal.Fail(error));
    }

    private string DescribeStandstill()
    {
        List<string> waits = [];
        lock (_lock)
        {
            waits.AddRange(_goals.Select(static goal => $"the end of \"{goal.What}\""));
            waits.AddRange(_threads.Select(static thread => $"the thread \"{thread.Name}\", which is blocked"));
            waits.AddRange(_witnesses.Select(static witness => witness()).OfType<string>());
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"Virtual time stands still at {GetUtcNow():O}, {Elapsed} after its start: no work is queued and no timer is set, so nothing can happen any more. Waited for: {string.Join("; ", waits)}.");
    }

    private static string Brief(string? expression)
    {
        const int Longest = 100;
        string line = string.Join(' ', (expression ?? "a task").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Longest ? line : string.Concat(line.AsSpan(0, Longest), "…");
    }

    /// <summary>Keeps the step out of the public surface.</summary>
    private sealed class Driver(VirtualTime time) : IThreadPoolWorkItem
    {
        public void Execute() => time.Step();
    }
}
