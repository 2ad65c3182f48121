namespace Handlers.Testing;

/// <summary>
/// Whether the thread pool has anything to do besides the item that asks. Exact when one thread is free for it: who asks holds it.
/// With more threads a busy one is waited for; those that were busy at a hundred looks in a row and never ran (a test host's message loop)
/// are strangers and no longer waited for.
/// </summary>
/// <remarks>
/// Without <see cref="PoolThreads"/> a computation of a tenth of a second, or a short one on a machine that is busy with other things, would pass for a stranger, and
/// timers would overtake it. Work that blocks a thread of the pool for as long still does: it belongs on a thread of <see cref="VirtualTime.StartThread"/>.
/// </remarks>
internal sealed class PoolWatch
{
    private const int NapsBeforeStranger = 100;

    // Whoever runs for longer than this is a stranger all the same, or time would stand still for good.
    private const int MostNaps = 30_000;

    private static int _strangers; // of the process: found once, known to all clocks

    private int _leastBusy = int.MaxValue;
    private int _lastRan;

    internal static int Strangers => Volatile.Read(ref _strangers);

    internal static int Threads
    {
        get
        {
            ThreadPool.GetMaxThreads(out int threads, out _);
            return threads;
        }
    }

    private static bool HasQueue => ThreadPool.PendingWorkItemCount > 0;

    private static int BusyOthers
    {
        get
        {
            ThreadPool.GetAvailableThreads(out int free, out _);
            return Threads - free - 1;
        }
    }

    /// <summary>Looks once.</summary>
    /// <param name="naps">How often the caller has slept a moment since it first found the pool busy.</param>
    internal bool IsIdle(int naps)
    {
        long done = ThreadPool.CompletedWorkItemCount;
        if (HasQueue)
        {
            return false;
        }

        int others = BusyOthers;
        _leastBusy = Math.Min(_leastBusy, others);
        if (others > Strangers && !AreStrangers(naps))
        {
            return false;
        }

        if (others != Strangers)
        {
            Volatile.Write(ref _strangers, _leastBusy);
        }

        (_leastBusy, _lastRan) = (int.MaxValue, 0);

        // Read again: an item could have been queued meanwhile by a thread that has gone idle since. Another thread may have taken it already, and is busy then; or even be
        // done with it, which the count tells.
        return others <= Strangers && !HasQueue && BusyOthers <= Strangers && ThreadPool.CompletedWorkItemCount == done;
    }

    private bool AreStrangers(int naps)
    {
        // Asking takes a millisecond: only who was busy for half the time is asked about.
        if (naps - _lastRan >= NapsBeforeStranger / 2 && naps < MostNaps && PoolThreads.AnyOtherRuns())
        {
            _lastRan = naps;
        }

        return naps - _lastRan >= NapsBeforeStranger;
    }
}
