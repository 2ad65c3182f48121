namespace Handlers.Testing;

/// <summary>
/// The limits of <see cref="LinearTwin"/>. Defaults are Linear's for an API key, from linear.app/developers/rate-limiting, read 2026-11.
/// </summary>
public sealed class LinearTwinOptions : TwinOptions
{
    /// <summary>Requests per <see cref="Period"/> and user. Default: 2,500.</summary>
    public int RequestsPerHour { get; set; } = 2500;

    /// <summary>Complexity points per <see cref="Period"/> and user. Default: 3,000,000.</summary>
    public int ComplexityPerHour { get; set; } = 3_000_000;

    /// <summary>The time in which an empty bucket is full again. Default: 1 hour.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Complexity above which a single query is always rejected. Default: 10,000.</summary>
    public int MaxComplexity { get; set; } = 10_000;

    /// <summary>Complexity of a query. Default: 52 for each.</summary>
    public Func<TwinRequest, int>? ComplexityOf { get; set; }

    /// <summary>Searches per <see cref="SearchPeriod"/> and user. Default: 30.</summary>
    public int SearchesPerMinute { get; set; } = 30;

    /// <summary>The time in which the searches come back. Default: 1 minute.</summary>
    public TimeSpan SearchPeriod { get; set; } = TimeSpan.FromMinutes(1);
}
