namespace Handlers.Quotas;

/// <summary>The waiters of one priority, fair between tenants in what they cost: deficit round robin (Shreedhar and Varghese, 1995).</summary>
/// <remarks>
/// The quantum follows what calls cost lately, so that most turns let one go, and one dear call does not make the turns of all that come after it long ones. A look at
/// the first costs O(1) for calls of like cost, as do coming and leaving; where none could go in a whole round, the rounds that it takes are added at once.
/// </remarks>
internal sealed class Band
{
    // Looking at every tenant for each newcomer is what fairness costs; beyond so many it is estimated.
    private const int MaxCompared = 64;

    private readonly Flow _nobody = new(tenant: null);
    private Dictionary<string, Flow>? _tenants;
    private int _flows;
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

            // What a turn brought when calls were dearer is too much by now.
            long weight = WeightOf(_turn.First!.Charge);
            _turn.Deficit = Math.Min(_turn.Deficit, _quantum + weight);
            int passed = 0;
            while (_turn.Deficit < WeightOf(_turn.First!.Charge))
            {
                if (passed++ == _flows)
                {
                    SkipRounds();
                }

                _turn = _turn.Next!;
                _turn.Deficit += _quantum;
            }

            return _turn.First;
        }
    }

    public void Add(Waiter waiter)
    {
        long weight = WeightOf(waiter.Charge);
        _quantum += weight > _quantum ? (weight - _quantum + 7) / 8 : (weight - _quantum) / 8;
        Flow flow = FlowOf(waiter.Tenant);
        if (flow.First is null)
        {
            Link(flow);
        }

        flow.Add(waiter, weight);
        _load.Add(waiter.Charge.Greatest, waiter.BodyBytes);
    }

    public void Remove(Waiter waiter, bool goes)
    {
        Flow flow = FlowOf(waiter.Tenant);
        long weight = WeightOf(waiter.Charge);
        flow.Remove(waiter, weight);
        flow.Deficit -= goes ? weight : 0;
        if (flow.First is null)
        {
            Unlink(flow);
        }

        _load.Remove(waiter.Charge.Greatest, waiter.BodyBytes);
    }

    /// <summary>Looks at everybody, tenant by tenant and in order of arrival; those who leave meanwhile must be the ones looked at.</summary>
    /// <param name="above">What waits with a greater priority.</param>
    /// <param name="look">Returns whether the one looked at stays.</param>
    public void ForEach(in Load above, LookAt look)
    {
        Flow[] flows = _tenants is null ? [_nobody] : [_nobody, .. _tenants.Values];
        foreach (Flow flow in flows)
        {
            Load before = default;
            long weight = 0;
            for (Waiter? waiter = flow.First; waiter is not null;)
            {
                Waiter? next = waiter.Next;
                long its = WeightOf(waiter.Charge);
                if (look(waiter, new Turn(this, flow, above, before, weight + its)))
                {
                    before.Add(waiter.Charge.Greatest, waiter.BodyBytes);
                    weight += its;
                }

                waiter = next;
            }
        }
    }

    /// <summary>What goes before a newcomer: those of its tenant, of every other one as much as its turns bring meanwhile, and of those who are yet to come what experience says.</summary>
    public Load Ahead(string? tenant, in Charge charge)
    {
        Flow? own = Find(tenant);
        return Ahead(own, own?.Load ?? default, WeightOf(charge) + (own?.Weight ?? 0), charge);
    }

    /// <summary>The same for one that waits already.</summary>
    /// <param name="own">Its tenant's waiters; null when it would be the first of them.</param>
    /// <param name="before">What waits before it in <paramref name="own"/>.</param>
    /// <param name="weight">The weight of these and its own.</param>
    /// <param name="charge">What it costs.</param>
    public Load Ahead(Flow? own, in Load before, long weight, in Charge charge)
    {
        Load ahead = before;
        if (_flows == 0)
        {
            return ahead;
        }

        if (_flows > MaxCompared)
        {
            // Too many to look at each: as if all that the others may get were asked for.
            Load others = _load;
            others.Remove(own?.Load ?? default);
            ahead.Add(others, Math.Min(1, _flows * (double)weight / Math.Max(1, WeightOf(others.Cost))));
        }
        else
        {
            Flow flow = _turn!;
            for (int i = 0; i < _flows; i++, flow = flow.Next!)
            {
                if (flow != own)
                {
                    ahead.Add(flow.Load, Math.Min(1, (double)weight / flow.Weight));
                }
            }
        }

        if (own is { First: not null } && own.Crowd(_quantum) is > 1 and var crowd)
        {
            Load crowded = default;
            crowded.Add(before, crowd);
            crowded.Add(charge.Greatest, 0);
            ahead = Load.Greater(ahead, crowded);
        }

        return ahead;
    }

    /// <summary>Somebody went, of this band or another one.</summary>
    public void Goes(in Charge charge, Flow? from)
    {
        Flow? flow = _turn;
        for (int i = 0; i < Math.Min(_flows, MaxCompared); i++, flow = flow!.Next)
        {
            flow!.Goes(WeightOf(charge), flow == from, _quantum);
        }
    }

    /// <summary>The tenant's place in the round; null when nobody of it waits.</summary>
    public Flow? Find(string? tenant) => tenant is null ? _nobody : _tenants?.GetValueOrDefault(tenant);

    public static long WeightOf(in Charge charge) => WeightOf(charge.Greatest);

    private static long WeightOf(in Cost cost) => Math.Max(1, Math.Max(cost.Requests, Math.Max(cost.Tokens, cost.Points)));

    /// <summary>Passes the rounds in which nobody's turns would suffice.</summary>
    private void SkipRounds()
    {
        long rounds = long.MaxValue;
        Flow flow = _turn!;
        for (int i = 0; i < _flows; i++, flow = flow.Next!)
        {
            rounds = Math.Min(rounds, (WeightOf(flow.First!.Charge) - flow.Deficit - 1) / _quantum);
        }

        for (int i = 0; i < _flows; i++, flow = flow.Next!)
        {
            flow.Deficit += rounds * _quantum;
        }
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
        flow.Begin();
        _flows++;
        if (_turn is null)
        {
            _turn = flow.Next = flow.Previous = flow;
            _turn.Deficit += _quantum;
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
        _flows--;
        if (flow.Next == flow)
        {
            _turn = null;
        }
        else
        {
            flow.Previous!.Next = flow.Next;
            flow.Next!.Previous = flow.Previous;

            if (_turn == flow)
            {
                // At once, not at the next look: who comes until then stands behind the tenant whose turn it is now.
                _turn = flow.Next;
                _turn.Deficit += _quantum;
            }
        }

        flow.Next = flow.Previous = null;
        if (flow.Tenant is { } tenant)
        {
            _tenants!.Remove(tenant);
        }
    }
}
