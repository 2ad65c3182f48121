namespace Handlers.ResponseCaching;

/// <summary>What <see cref="ReusePolicy"/> decides from.</summary>
internal readonly ref struct ReuseFacts
{
    public required int Status { get; init; }

    public required TimeSpan Age { get; init; }

    /// <summary>Seconds.</summary>
    public required long Lifetime { get; init; }

    public required ResponseDirectives Response { get; init; }

    public required RequestDirectives Request { get; init; }

    /// <summary>Whether the user lets servers ask for stale-while-revalidate.</summary>
    public required bool StaleWhileRevalidate { get; init; }
}
