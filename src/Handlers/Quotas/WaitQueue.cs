namespace Handlers.Quotas;

/// <summary>The order of one quota's waiters: first come, first served. Knows nothing of limits. Guarded by the account's lock.</summary>
internal sealed class WaitQueue
{
    private Load _load;
    private Waiter? _last;

    /// <summary>The one to go next.</summary>
    public Waiter? First { get; private set; }

    public int Count => _load.Count;

    public long BodyBytes => _load.Bytes;

    /// <summary>What waits here in all.</summary>
    public ref readonly Load Load => ref _load;

    /// <summary>The quotas that its first waiter waits for, as the last look found; so many bits.</summary>
    public ulong BlockedBy { get; set; }

    /// <summary>Passed over in the look under way.</summary>
    public bool IsBlocked { get; set; }

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
        _load.Add(waiter.Charge.At(waiter.Home.Resource), waiter.BodyBytes);
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
        _load.Remove(waiter.Charge.At(waiter.Home.Resource), waiter.BodyBytes);
    }
}
