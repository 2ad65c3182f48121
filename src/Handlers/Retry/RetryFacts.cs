namespace Handlers.Retry;

/// <summary>Everything that the decision on one outcome depends on.</summary>
internal readonly ref struct RetryFacts
{
    public required Judgement Outcome { get; init; }

    public required RetryOptions Options { get; init; }

    public required BackoffSettings Backoff { get; init; }

    /// <summary>The failure is among those that the user wants repeated.</summary>
    public required bool Listed { get; init; }

    public required int MaxRetries { get; init; }

    public required int Retries { get; init; }

    /// <summary>Repeating changes nothing more, by method, provider, key or the user's word.</summary>
    public required bool ReplaySafe { get; init; }

    public required bool BodyCanBeSentAgain { get; init; }

    /// <summary>The queue waits for the provider's instant; otherwise the retry has to.</summary>
    public required bool Paced { get; init; }

    /// <summary>Time until the deadline; infinite without one.</summary>
    public required TimeSpan Left { get; init; }

    /// <summary>The longest wait that the caller accepts; infinite without one.</summary>
    public required TimeSpan MaxWait { get; init; }

    public required TimeSpan MaxServerWait { get; init; }

    /// <summary>Added to a provider's instant.</summary>
    public required TimeSpan Guard { get; init; }

    /// <summary>For an open circuit: the time until it may let a call pass; null when nobody knows.</summary>
    public required TimeSpan? CircuitOpensIn { get; init; }

    /// <summary>In [0, 1).</summary>
    public required double Random { get; init; }
}
