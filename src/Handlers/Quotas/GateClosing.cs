namespace Handlers.Quotas;

/// <summary>A provider's word that nobody may go for a while.</summary>
/// <param name="Wait">For how long from now on, margins included.</param>
/// <param name="IsExhausted">The quota is gone rather than short.</param>
/// <param name="Why">The reason in one sentence.</param>
/// <param name="IsForecast">It foretells rather than refuses: a limit that the provider announces knows better when calls can go.</param>
internal readonly record struct GateClosing(TimeSpan Wait, bool IsExhausted, string Why, bool IsForecast = false)
{
    /// <summary>The wait that the provider asked for; null where it said nothing and ours is a guess.</summary>
    public TimeSpan? Hint { get; init; }

    /// <summary>When the attempt left that was refused; null when that is not known.</summary>
    public long? LeftAt { get; init; }

    /// <summary>The refusal's headers alone have come: it closes now, and teaches when the rest is there.</summary>
    public bool IsAdvance { get; init; }
}
