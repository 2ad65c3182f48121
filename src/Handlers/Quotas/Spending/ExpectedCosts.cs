using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>
/// What calls of one lane really cost, by operation, learned from answers that say so: some providers tell a cost only afterwards, and who reserves less than
/// it will be learns of the limit by being refused. Guarded by the account's lock.
/// </summary>
internal sealed class ExpectedCosts
{
    private const int MaxOperations = 256;

    private readonly Dictionary<string, Operation> _operations = new(StringComparer.Ordinal);

    /// <summary>What to reserve for a call whose plan says <paramref name="planned"/>. Allocates only after something was learned.</summary>
    public ImmutableArray<QuotaUse> Reserve(string? operation, ImmutableArray<QuotaUse> planned) =>
        !planned.IsDefaultOrEmpty && (_operations.TryGetValue(operation ?? "", out Operation? known) || _operations.TryGetValue("", out known))
            ? known.Reserve(planned)
            : planned;

    /// <summary>An answer told what its attempt cost.</summary>
    public void Learn(string? operation, string resource, LimitUnit unit, long cost)
    {
        Of(operation ?? "").Learn(resource, unit, cost);

        // An operation that nobody has seen yet will cost about what the others do.
        if (operation is not null)
        {
            Of("").Learn(resource, unit, cost);
        }
    }

    private Operation Of(string name)
    {
        if (!_operations.TryGetValue(name, out Operation? operation))
        {
            name = _operations.Count < MaxOperations ? name : "";
            if (!_operations.TryGetValue(name, out operation))
            {
                _operations[name] = operation = new Operation();
            }
        }

        return operation;
    }

    /// <summary>One operation's costs: mean and mean deviation of about the last eight.</summary>
    private sealed class Operation
    {
        private readonly List<(string Resource, LimitUnit Unit, double Mean, double Deviation)> _costs = [];
        private ImmutableArray<QuotaUse> _planned;
        private ImmutableArray<QuotaUse> _reserved;

        public void Learn(string resource, LimitUnit unit, long cost)
        {
            int index = _costs.FindIndex(c => c.Resource == resource && c.Unit == unit);
            if (index < 0)
            {
                _costs.Add((resource, unit, cost, 0));
                _planned = default;
                return;
            }

            (_, _, double mean, double deviation) = _costs[index];
            double off = cost - mean;
            if (off != 0 || deviation != 0)
            {
                _costs[index] = (resource, unit, mean + (off / 8), deviation + ((Math.Abs(off) - deviation) / 8));
                _planned = default;
            }
        }

        public ImmutableArray<QuotaUse> Reserve(ImmutableArray<QuotaUse> planned)
        {
            if (_planned.IsDefault || _planned != planned)
            {
                _planned = planned;
                _reserved = ImmutableArray.CreateRange(planned, Priced);
            }

            return _reserved;
        }

        private QuotaUse Priced(QuotaUse use)
        {
            foreach ((string resource, LimitUnit unit, double mean, double deviation) in _costs)
            {
                if (resource == use.Resource)
                {
                    use = use with { Cost = use.Cost.With(unit, (long)Math.Ceiling(mean + deviation)) };
                }
            }

            return use;
        }
    }
}
