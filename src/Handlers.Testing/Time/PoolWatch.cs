namespace Handlers.Testing;

/// <summary>
/// Whether the thread pool has anything to do besides the item that asks. Exact when one thread is free for it: who asks holds it.
/// With more threads a busy one is waited for; those that were busy at a hundred looks in a row (a test host's message loop)
/// are strangers and no longer waited for.
/// </summary>
internal sealed class PoolWatch
{
    private const int NapsBeforeStranger = 100;

    private static int _strangers; // of the process: found once, known to all clocks

    private int _leastBusy = int.MaxValue;

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
        if (HasQueue)
        {
            return false;
        }

        int others = BusyOthers;
        _leastBusy = Math.Min(_leastBusy, others);
        if (others > Strangers && naps < NapsBeforeStranger)
        {
            return false;
        }

        if (naps >= NapsBeforeStranger || others < Strangers)
        {
            Volatile.Write(ref _strangers, _leastBusy);
        }

        _leastBusy = int.MaxValue;

        // The queue is read again: an item could have been queued meanwhile by a thread that has gone idle since.
        return others <= Strangers && !HasQueue;
    }
}
