using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>What an attempt costs at each quota: the plan's word where it has one, else the greatest of its amounts.</summary>
internal readonly struct Charge(ImmutableArray<QuotaUse> uses)
{
    public Cost At(string resource)
    {
        if (uses.IsDefaultOrEmpty)
        {
            return Cost.OneRequest;
        }

        Cost most = default;
        foreach (ref readonly QuotaUse use in uses.AsSpan())
        {
            if (use.Resource == resource)
            {
                return use.Cost;
            }

            Cost cost = use.Cost;
            most = new Cost(
                Math.Max(most.Requests, cost.Requests), Math.Max(most.Tokens, cost.Tokens), Math.Max(most.Points, cost.Points), Math.Max(most.Bytes, cost.Bytes));
        }

        return most;
    }
}
