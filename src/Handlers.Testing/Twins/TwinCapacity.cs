namespace Handlers.Testing;

/// <summary>What a <see cref="ProviderTwin"/> can do at all, whoever asks: sends in any second, constant or on a ramp. The excess is refused.</summary>
/// <param name="PerSecond">Sends in any second; where a ramp starts.</param>
public sealed record TwinCapacity(double PerSecond)
{
    /// <summary>Sends in any second at <see cref="RampUntil"/> and after. Default: no ramp.</summary>
    public double? RampTo { get; init; }

    /// <summary>When it begins to hold, and the ramp to rise, counted from the twin's creation. Default: at once.</summary>
    public TimeSpan From { get; init; }

    /// <summary>When the ramp has reached its end.</summary>
    public TimeSpan RampUntil { get; init; }

    /// <summary>When it ceases to hold. Default: never.</summary>
    public TimeSpan Until { get; init; } = TimeSpan.MaxValue;

    /// <summary>The status of the excess, 503 or 429. Default: 503.</summary>
    public int Status { get; init; } = 503;

    /// <summary>The Retry-After of the excess; null for none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    internal double At(TimeSpan elapsed)
    {
        if (RampTo is not { } end || elapsed <= From)
        {
            return PerSecond;
        }

        return elapsed >= RampUntil ? end : PerSecond + ((end - PerSecond) * ((elapsed - From) / (RampUntil - From)));
    }
}
