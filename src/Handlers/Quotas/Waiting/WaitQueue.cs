namespace Handlers.Quotas;

/// <summary>The order of a lane's waiters: by priority, then fair between tenants, then first come, first served. Knows nothing of limits. Guarded by the account's lock.</summary>
internal sealed class WaitQueue
{
    /// <summary>After so many of greater priority one of the others goes: nobody starves.</summary>
    public const int Patience = 16;

    private const int Bands = (int)CallPriority.Background + 1;

    private Band[]? _bands;
    private Load _load;

    /// <summary>The one to go next.</summary>
    public Waiter? First => InTurn(out _)?.First;

    /// <summary>How urgent <see cref="First"/> is, least first: its priority, or that of the most urgent when it was passed over for too long.</summary>
    public int Rank
    {
        get
        {
            _ = InTurn(out int rank);
            return rank;
        }
    }

    public int Count => _load.Count;

    /// <summary>What waits here in all.</summary>
    public ref readonly Load Load => ref _load;

    public WaitingCount CountByPriority => _bands is null
        ? default
        : new WaitingCount(
            _bands[(int)CallPriority.Interactive].Load.Count, _bands[(int)CallPriority.Normal].Load.Count, _bands[(int)CallPriority.Background].Load.Count);

    /// <summary>What goes before a newcomer: all who are more urgent, and of the others what fairness lets go first.</summary>
    public Load Ahead(CallPriority priority, string? tenant, in Charge charge)
    {
        if (_bands is null)
        {
            return default;
        }

        Load ahead = _bands[(int)priority].Ahead(tenant, charge);
        for (int i = 0; i < (int)priority; i++)
        {
            ahead.Add(_bands[i].Load);
        }

        return ahead;
    }

    /// <summary>What goes before a newcomer to another queue: all who are as urgent.</summary>
    public Load Ahead(CallPriority priority)
    {
        Load ahead = default;
        for (int i = 0; _bands is not null && i <= (int)priority; i++)
        {
            ahead.Add(_bands[i].Load);
        }

        return ahead;
    }

    public void Add(Waiter waiter)
    {
        _bands ??= [new Band(), new Band(), new Band()];
        _bands[(int)waiter.Priority].Add(waiter);
        _load.Add(waiter.Charge.Greatest, waiter.BodyBytes);
    }

    /// <summary>Takes one out, wherever it stands.</summary>
    /// <param name="waiter">Who leaves.</param>
    /// <param name="goes">It was granted; else it gave up.</param>
    public void Remove(Waiter waiter, bool goes)
    {
        Band band = _bands![(int)waiter.Priority];
        if (goes)
        {
            Flow? from = band.Find(waiter.Tenant);
            foreach (Band other in _bands)
            {
                other.Goes(waiter.Charge, from);
            }
        }

        band.Remove(waiter, goes);
        band.PassedOver = goes ? 0 : band.PassedOver;
        _load.Remove(waiter.Charge.Greatest, waiter.BodyBytes);
    }

    /// <summary>Somebody of a priority went; those who are less urgent were passed over.</summary>
    public void PassOver(CallPriority priority)
    {
        for (int i = (int)priority + 1; _bands is not null && i < Bands; i++)
        {
            _bands[i].PassedOver += _bands[i].Load.Count > 0 ? 1 : 0;
        }
    }

    /// <summary>Looks at everybody, the most urgent first; those who leave meanwhile must be the ones looked at.</summary>
    public void ForEach(LookAt look)
    {
        Load above = default;
        foreach (Band band in _bands ?? [])
        {
            band.ForEach(above, look);
            above.Add(band.Load);
        }
    }

    private Band? InTurn(out int rank)
    {
        rank = Bands;
        if (_load.Count == 0)
        {
            return null;
        }

        for (int i = Bands - 1; i > 0; i--)
        {
            if (_bands![i].PassedOver >= Patience && _bands[i].Load.Count > 0)
            {
                rank = 0;
                return _bands[i];
            }
        }

        rank = 0;
        while (_bands![rank].Load.Count == 0)
        {
            rank++;
        }

        return _bands[rank];
    }
}
