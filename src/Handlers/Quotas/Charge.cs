using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>What an attempt costs at each quota: the plan's word where it has one, else the greatest of its amounts.</summary>
internal readonly struct Charge(ImmutableArray<QuotaUse> uses)
{
    /// <summary>Stands for a quota that no use names.</summary>
    public const int Unnamed = -1;

    public ImmutableArray<QuotaUse> Uses => uses;

    /// <summary>
    /// The same by what such calls have cost lately. That is a guess: where it is more than a limit can ever hold, the call goes when all of it is there,
    /// because who were refused for it could never tell better.
    /// </summary>
    public Charge PricedNeedsLock(QuotaAccount account, Lane? lane, string? operation)
    {
        if (operation is null || lane?.Expected is not { } expected)
        {
            return this;
        }

        var priced = new Charge(expected.Reserve(operation, uses));
        if (priced.Uses == uses)
        {
            return this;
        }

        for (var charged = new Charged(account, lane, priced); charged.MoveNext();)
        {
            if (charged.Quota.TooSmallForNeedsLock(charged.Cost) is { } limit)
            {
                priced = priced.Cut(charged.Quota.Resource, limit.Unit, limit.Capacity);
            }
        }

        return priced;
    }

    /// <summary>The greatest of the amounts.</summary>
    public Cost Greatest
    {
        get
        {
            if (uses.IsDefaultOrEmpty)
            {
                return Cost.OneRequest;
            }

            Cost most = default;
            foreach (ref readonly QuotaUse use in uses.AsSpan())
            {
                Cost cost = use.Cost;
                most = new Cost(
                    Math.Max(most.Requests, cost.Requests), Math.Max(most.Tokens, cost.Tokens), Math.Max(most.Points, cost.Points), Math.Max(most.Bytes, cost.Bytes));
            }

            return most;
        }
    }

    /// <summary>The index of the use that names a quota, for all calls of one shape; <see cref="Unnamed"/> when none does.</summary>
    public static int IndexOf(ImmutableArray<QuotaUse> uses, string resource)
    {
        if (!uses.IsDefault)
        {
            for (int i = 0; i < uses.Length; i++)
            {
                if (uses[i].Resource == resource)
                {
                    return i;
                }
            }
        }

        return Unnamed;
    }

    public Cost At(int use) => use == Unnamed || uses.IsDefaultOrEmpty ? Greatest : uses.ItemRef(use).Cost;

    public Cost At(string resource) => At(IndexOf(uses, resource));

    /// <summary>The same with no more than <paramref name="most"/> of a unit at one quota, or at all of them when no use names it.</summary>
    private Charge Cut(string resource, LimitUnit unit, long most)
    {
        bool isNamed = IndexOf(uses, resource) != Unnamed;
        return new Charge([.. uses.Select(use => isNamed && use.Resource != resource ? use : use with { Cost = use.Cost.With(unit, Math.Min(use.Cost.In(unit), most)) })]);
    }
}
