namespace Handlers.Retry;

/// <summary>What becomes of one outcome: decided once, then only read.</summary>
/// <param name="Again">Send again after <paramref name="Delay"/>.</param>
/// <param name="Delay">How long the retry itself waits; zero when the queue does the waiting.</param>
/// <param name="UsesRetry">Counts against <see cref="RetryOptions.MaxRetries"/>.</param>
/// <param name="Reason">Why not again; null when there was nothing to retry.</param>
internal sealed record RetryDecision(bool Again, TimeSpan Delay, bool UsesRetry, string? Reason)
{
    /// <summary>There was nothing to retry.</summary>
    public static RetryDecision Done { get; } = new(false, TimeSpan.Zero, false, null);

    /// <summary>Trying again might help, but the call has no retry left.</summary>
    public static RetryDecision NoneLeft { get; } = No("all retries are used");

    public bool IsUsedUp => ReferenceEquals(this, NoneLeft);

    public static RetryDecision No(string reason) => new(false, TimeSpan.Zero, false, reason);

    public static RetryDecision After(TimeSpan delay, bool usesRetry) => new(true, delay, usesRetry, null);
}
