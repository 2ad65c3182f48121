namespace Handlers.Quotas;

/// <summary>One tenant's waiters of one priority: first come, first served. Linked into its band's ring while somebody waits.</summary>
internal sealed class Flow(string? tenant)
{
    private Waiter? _last;
    private Load _load;

    // What went in all since somebody has waited here, and how much of it from here. Both are halved now and then: the latest counts.
    private double _went;
    private double _wentFromHere;

    /// <summary>What waits here.</summary>
    public ref readonly Load Load => ref _load;

    /// <summary>Their weights together.</summary>
    public long Weight { get; private set; }

    public string? Tenant { get; } = tenant;

    public Waiter? First { get; private set; }

    /// <summary>What it may still spend before the next tenant's turn.</summary>
    public long Deficit { get; set; }

    public Flow? Next { get; set; }

    public Flow? Previous { get; set; }

    /// <summary>How much goes in all for each unit from here: 1 when nobody else gets any.</summary>
    /// <param name="unit">What a turn is worth; eight of them from here alone are assumed to have gone before the first.</param>
    public double Crowd(long unit) => (_went + (8.0 * unit)) / (_wentFromHere + (8.0 * unit));

    /// <summary>Something went, from here or from elsewhere.</summary>
    public void Goes(long weight, bool fromHere, long unit)
    {
        _went += weight;
        _wentFromHere += fromHere ? weight : 0;
        if (_went > 128.0 * unit)
        {
            _went /= 2;
            _wentFromHere /= 2;
        }
    }

    /// <summary>Nobody waited here until now.</summary>
    public void Begin() => (Deficit, _went, _wentFromHere) = (0, 0, 0);

    public void Add(Waiter waiter, long weight)
    {
        Weight += weight;
        _load.Add(waiter.Charge.Greatest, waiter.BodyBytes);
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

    public void Remove(Waiter waiter, long weight)
    {
        Weight -= weight;
        _load.Remove(waiter.Charge.Greatest, waiter.BodyBytes);
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
