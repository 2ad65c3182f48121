namespace Handlers.Testing;

/// <summary>
/// The limits of <see cref="GitHubTwin"/>. Defaults are GitHub's, from docs.github.com "Rate limits for the REST API" and
/// "Rate limits and query limits for the GraphQL API", read 2026-11. Scale them down for a demonstration in real time.
/// </summary>
public sealed class GitHubTwinOptions : TwinOptions
{
    /// <summary>Primary limit of an authorised account per <see cref="Window"/>. Default: 5,000.</summary>
    public int CoreLimit { get; set; } = 5000;

    /// <summary>Primary limit of all callers without Authorization together. Default: 60.</summary>
    public int AnonymousLimit { get; set; } = 60;

    /// <summary>Length of the primary window, which starts at the first call. Default: 1 hour.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Searches per <see cref="SearchWindow"/>; a third of it without Authorization. Default: 30.</summary>
    public int SearchLimit { get; set; } = 30;

    /// <summary>Code searches per <see cref="SearchWindow"/>. Default: 10.</summary>
    public int CodeSearchLimit { get; set; } = 10;

    /// <summary>Length of the search window, which starts at the first search. Default: 1 minute.</summary>
    public TimeSpan SearchWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>GraphQL points per <see cref="Window"/>. Default: 5,000.</summary>
    public int GraphQLLimit { get; set; } = 5000;

    /// <summary>Points that a GraphQL request costs. Default: 1 for each.</summary>
    public Func<TwinRequest, int>? GraphQLCostOf { get; set; }

    /// <summary>Whether a GraphQL refusal speaks the dialect seen since late 2025: type RATE_LIMIT with a code. Default: false, RATE_LIMITED.</summary>
    public bool NewGraphQLDialect { get; set; }

    /// <summary>Secondary limit: requests at once. Default: 100.</summary>
    public int MaxConcurrent { get; set; } = 100;

    /// <summary>Secondary limit: REST points per <see cref="SecondaryWindow"/>; a read is 1, a write 5. Default: 900.</summary>
    public int PointsLimit { get; set; } = 900;

    /// <summary>Whether the points are counted for each endpoint alone, as documented, or for all together. Default: true.</summary>
    public bool PointsByEndpoint { get; set; } = true;

    /// <summary>Secondary limit: GraphQL points per <see cref="SecondaryWindow"/>. Default: 2,000.</summary>
    public int GraphQLPointsLimit { get; set; } = 2000;

    /// <summary>Secondary limit: content-creating requests per <see cref="SecondaryWindow"/>. Default: 80.</summary>
    public int ContentLimit { get; set; } = 80;

    /// <summary>Secondary limit: content-creating requests per hour. Default: 500.</summary>
    public int ContentHourlyLimit { get; set; } = 500;

    /// <summary>The sliding window of the secondary limits. Default: 1 minute.</summary>
    public TimeSpan SecondaryWindow { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long an account is shut out after it broke a secondary limit; each call inside begins it anew. Default: 1 minute.</summary>
    public TimeSpan Penalty { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The share of secondary refusals that carry no Retry-After, 0 to 1. Default: 0.</summary>
    public double SilentRefusals { get; set; }

    /// <summary>The status of refusals, 403 or 429. Default: 403.</summary>
    public int RefusalStatus { get; set; } = 403;

    /// <summary>Paths that have moved: from, to. GET and HEAD get 301, others 307.</summary>
    public IDictionary<string, string> Redirects { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
