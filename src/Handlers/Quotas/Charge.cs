using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>What an attempt costs at each quota: the plan's word where it has one, else the greatest of its amounts.</summary>
internal readonly struct Charge
{
    private readonly ImmutableArray<QuotaUse> _uses;
    private readonly Cost _overall;

    public Charge(ImmutableArray<QuotaUse> uses)
    {
        _uses = uses;
        if (uses.IsDefaultOrEmpty)
        {
            _overall = Cost.OneRequest;
            return;
        }

        Cost most = uses[0].Cost;
        for (int i = 1; i < uses.Length; i++)
        {
            Cost cost = uses[i].Cost;
            most = new Cost(
                Math.Max(most.Requests, cost.Requests), Math.Max(most.Tokens, cost.Tokens), Math.Max(most.Points, cost.Points), Math.Max(most.Bytes, cost.Bytes));
        }

        _overall = most;
    }

    public Cost At(string resource)
    {
        if (!_uses.IsDefault)
        {
            foreach (ref readonly QuotaUse use in _uses.AsSpan())
            {
                if (use.Resource == resource)
                {
                    return use.Cost;
                }
            }
        }

        return _overall;
    }
}
