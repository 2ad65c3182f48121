namespace Handlers;

/// <summary>What one answer said about one limit of one quota. <see cref="Unknown"/> (−1) where it said nothing.</summary>
public readonly record struct QuotaObservation
{
    /// <summary>The value of an amount that the answer did not mention.</summary>
    public const long Unknown = -1;

    /// <summary>Creates an observation in which everything is unknown.</summary>
    /// <param name="resource">The resource part of the quota's name.</param>
    /// <param name="unit">What the limit counts.</param>
    public QuotaObservation(string resource, LimitUnit unit)
    {
        Resource = resource;
        Unit = unit;
        Limit = Unknown;
        Remaining = Unknown;
        Cost = Unknown;
        Reset = Timeout.InfiniteTimeSpan;
        Window = Timeout.InfiniteTimeSpan;
    }

    /// <summary>The resource part of the quota's name.</summary>
    public string Resource { get; init; }

    /// <summary>What the limit counts.</summary>
    public LimitUnit Unit { get; init; }

    /// <summary>What <see cref="Reset"/> means.</summary>
    public ResetMeaning Meaning { get; init; }

    /// <summary>The limit per window.</summary>
    public long Limit { get; init; }

    /// <summary>What is left of it, as the provider saw it when it answered.</summary>
    public long Remaining { get; init; }

    /// <summary>What this attempt really cost.</summary>
    public long Cost { get; init; }

    /// <summary>Time from the receipt of the answer to the reset, by the server's clock; infinite when unknown, never negative.</summary>
    public TimeSpan Reset { get; init; }

    /// <summary>The window's length; infinite when unknown.</summary>
    public TimeSpan Window { get; init; }
}
