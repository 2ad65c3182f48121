namespace Handlers.Testing;

/// <summary>Timers by due time, first come first served within one instant. Not thread-safe: the owner locks.</summary>
internal sealed class TimerQueue
{
    private const int CompactAbove = 256;

    private readonly PriorityQueue<(VirtualTimer Timer, long Entry), (long Due, long Entry)> _queue = new();
    private long _entries;

    /// <summary>Timers that will fire if time goes on.</summary>
    internal int Count { get; private set; }

    internal long? NextDue
    {
        get
        {
            while (_queue.TryPeek(out var head, out var at))
            {
                if (IsLive(head))
                {
                    return at.Due;
                }

                _queue.Dequeue();
            }

            return null;
        }
    }

    internal void Set(VirtualTimer timer, long? due)
    {
        Count += (due.HasValue ? 1 : 0) - (timer.Due.HasValue ? 1 : 0);
        timer.Due = due;
        timer.Entry = ++_entries;
        if (due is { } at)
        {
            _queue.Enqueue((timer, timer.Entry), (at, timer.Entry));
        }

        // Cancelled timeouts stay behind as dead entries until their instant; a long run must not drag them along.
        if (_queue.Count > CompactAbove && _queue.Count > 2 * Count)
        {
            var live = _queue.UnorderedItems.Where(static item => IsLive(item.Element)).ToArray();
            _queue.Clear();
            _queue.EnqueueRange(live);
        }
    }

    /// <summary>Takes the timer that is due next; call only after <see cref="NextDue"/> gave an instant.</summary>
    internal VirtualTimer TakeNext(long now)
    {
        VirtualTimer timer = _queue.Dequeue().Timer;
        Set(timer, timer.Period > 0 ? now + timer.Period : null);
        return timer;
    }

    private static bool IsLive((VirtualTimer Timer, long Entry) item) => item.Timer.Due.HasValue && item.Timer.Entry == item.Entry;
}
