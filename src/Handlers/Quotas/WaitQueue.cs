namespace Handlers.Quotas;

/// <summary>The order of a lane's waiters: first come, first served. Knows nothing of limits. Guarded by the account's lock.</summary>
internal sealed class WaitQueue
{
    private Load _load;
    private Waiter? _last;

    /// <summary>The one to go next.</summary>
    public Waiter? First { get; private set; }

    public int Count => _load.Count;

    /// <summary>What waits here in all.</summary>
    public ref readonly Load Load => ref _load;

    public void Add(Waiter waiter)
    {
        waiter.Previous = _last;
        if (_last is null)
        {
            First = waiter;
        }
        else
        {
            _last.Next = waiter;
        }

        _last = waiter;
        _load.Add(waiter.Charge.At(""), waiter.BodyBytes);
    }

    public void Remove(Waiter waiter)
    {
        if (waiter.Previous is null)
        {
            First = waiter.Next;
        }
        else
        {
            waiter.Previous.Next = waiter.Next;
        }

        if (waiter.Next is null)
        {
            _last = waiter.Previous;
        }
        else
        {
            waiter.Next.Previous = waiter.Previous;
        }

        waiter.Next = null;
        waiter.Previous = null;
        _load.Remove(waiter.Charge.At(""), waiter.BodyBytes);
    }
}
