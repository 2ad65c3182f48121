namespace Handlers.Retry;

/// <summary>What <see cref="Backoff"/> needs of <see cref="RetryOptions"/>, where each is described.</summary>
internal readonly record struct BackoffSettings(BackoffKind Kind, TimeSpan BaseDelay, double Multiplier, TimeSpan MaxDelay, double Jitter)
{
    public static BackoffSettings From(RetryOptions options) =>
        new(options.Backoff, options.BaseDelay, options.Multiplier, options.MaxDelay, options.Jitter);
}
