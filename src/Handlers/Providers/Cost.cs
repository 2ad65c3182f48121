using Handlers.Quotas;

namespace Handlers;

/// <summary>What one attempt costs, one amount per unit. Amounts are never negative.</summary>
/// <param name="Requests">Attempts; 1 for an ordinary attempt, 0 for one the provider does not count.</param>
/// <param name="Tokens">Language-model tokens, estimated before and corrected after the attempt.</param>
/// <param name="Points">The provider's cost points.</param>
/// <param name="Bytes">Bytes of request content.</param>
public readonly record struct Cost(long Requests, long Tokens = 0, long Points = 0, long Bytes = 0)
{
    /// <summary>One request and nothing else.</summary>
    public static Cost OneRequest { get; } = new(1);

    /// <summary>The amount in <paramref name="unit"/>.</summary>
    /// <param name="unit">What to count.</param>
    public long In(LimitUnit unit) => unit switch
    {
        LimitUnit.Requests => Requests,
        LimitUnit.Tokens => Tokens,
        LimitUnit.Points => Points,
        _ => Bytes,
    };

    /// <summary>The same with amounts that can be added up: none negative, none beyond all limits.</summary>
    internal Cost Bounded()
    {
        return new Cost(Bound(Requests), Bound(Tokens), Bound(Points), Bound(Bytes));

        static long Bound(long amount) => Math.Clamp(amount, 0, LimitSpec.MaxAmount);
    }

    /// <summary>The same with another amount of one unit.</summary>
    internal Cost With(LimitUnit unit, long amount) => unit switch
    {
        LimitUnit.Requests => this with { Requests = amount },
        LimitUnit.Tokens => this with { Tokens = amount },
        LimitUnit.Points => this with { Points = amount },
        _ => this with { Bytes = amount },
    };
}
