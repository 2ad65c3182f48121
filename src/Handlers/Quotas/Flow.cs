namespace Handlers.Quotas;

/// <summary>One tenant's waiters of one priority: first come, first served. Linked into its band's ring while somebody waits.</summary>
internal sealed class Flow(string? tenant)
{
    private Waiter? _last;

    public string? Tenant { get; } = tenant;

    public Waiter? First { get; private set; }

    /// <summary>What it may still spend before the next tenant's turn.</summary>
    public long Deficit { get; set; }

    public Flow? Next { get; set; }

    public Flow? Previous { get; set; }

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
    }
}
