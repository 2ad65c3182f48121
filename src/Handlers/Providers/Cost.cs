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
}
