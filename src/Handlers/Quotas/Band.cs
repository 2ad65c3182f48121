namespace Handlers.Quotas;

/// <summary>The waiters of one priority, fair between tenants in what they cost: deficit round robin (Shreedhar and Varghese, 1995).</summary>
/// <remarks>The quantum is the greatest cost seen, so that every turn lets at least one go: a look at the first costs O(1), as do coming and leaving.</remarks>
internal sealed class Band
{
    private readonly Flow _nobody = new(tenant: null);
    private Dictionary<string, Flow>? _tenants;
    private Flow? _turn;
    private long _quantum = 1;
    private Load _load;

    /// <summary>What waits here in all.</summary>
    public ref readonly Load Load => ref _load;

    /// <summary>How many of greater priority went since one of these did.</summary>
    public int PassedOver { get; set; }

    /// <summary>The one to go next.</summary>
    public Waiter? First
    {
        get
        {
            if (_turn is null)
            {
                return null;
            }

            while (_turn.Deficit < WeightOf(_turn.First!))
            {
                _turn = _turn.Next!;
                _turn.Deficit += _quantum;
            }

            return _turn.First;
        }
    }

    public void Add(Waiter waiter)
    {
        Flow flow = FlowOf(waiter.Tenant);
        if (flow.First is null)
        {
            Link(flow);
        }

        flow.Add(waiter);
        _quantum = Math.Max(_quantum, WeightOf(waiter));
        _load.Add(waiter.Charge.Greatest, waiter.BodyBytes);
    }

    public void Remove(Waiter waiter, bool goes)
    {
        Flow flow = FlowOf(waiter.Tenant);
        flow.Remove(waiter);
        flow.Deficit -= goes ? WeightOf(waiter) : 0;
        if (flow.First is null)
        {
            Unlink(flow);
        }

        _load.Remove(waiter.Charge.Greatest, waiter.BodyBytes);
    }

    /// <summary>Looks at everybody; those who leave meanwhile must be the ones looked at.</summary>
    public void ForEach(Action<Waiter> look)
    {
        Flow[] flows = _tenants is null ? [_nobody] : [_nobody, .. _tenants.Values];
        foreach (Flow flow in flows)
        {
            for (Waiter? waiter = flow.First; waiter is not null;)
            {
                Waiter? next = waiter.Next;
                look(waiter);
                waiter = next;
            }
        }
    }

    private static long WeightOf(Waiter waiter)
    {
        Cost cost = waiter.Charge.Greatest;
        return Math.Max(1, Math.Max(cost.Requests, Math.Max(cost.Tokens, cost.Points)));
    }

    private Flow FlowOf(string? tenant)
    {
        if (tenant is null)
        {
            return _nobody;
        }

        _tenants ??= new Dictionary<string, Flow>(StringComparer.Ordinal);
        if (!_tenants.TryGetValue(tenant, out Flow? flow))
        {
            _tenants[tenant] = flow = new Flow(tenant);
        }

        return flow;
    }

    private void Link(Flow flow)
    {
        flow.Deficit = 0;
        if (_turn is null)
        {
            _turn = flow.Next = flow.Previous = flow;
            return;
        }

        // Last in the round.
        flow.Next = _turn;
        flow.Previous = _turn.Previous;
        _turn.Previous!.Next = flow;
        _turn.Previous = flow;
    }

    private void Unlink(Flow flow)
    {
        if (flow.Next == flow)
        {
            _turn = null;
        }
        else
        {
            flow.Previous!.Next = flow.Next;
            flow.Next!.Previous = flow.Previous;

            // The turn goes to the tenant before, who has spent his: the next look moves on from there.
            _turn = _turn == flow ? flow.Previous : _turn;
        }

        flow.Next = flow.Previous = null;
        if (flow.Tenant is { } tenant)
        {
            _tenants!.Remove(tenant);
        }
    }
}
