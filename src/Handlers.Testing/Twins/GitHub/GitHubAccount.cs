using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>What GitHub meters for one token, or for all callers without one.</summary>
internal sealed class GitHubAccount(GitHubTwinOptions options, string suffix, bool authorised)
{
    private readonly Dictionary<string, FixedWindow> _primary = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SlidingWindow> _points = new(StringComparer.Ordinal);

    internal string Suffix { get; } = suffix;

    internal bool Authorised { get; } = authorised;

    internal SlidingWindow Content { get; } = new(options.ContentLimit, options.SecondaryWindow);

    internal SlidingWindow ContentHourly { get; } = new(options.ContentHourlyLimit, TimeSpan.FromHours(1));

    internal ConcurrencyLimit Concurrency { get; } = new(options.MaxConcurrent);

    /// <summary>Shut out until then by a secondary limit.</summary>
    internal long PenaltyUntil { get; set; } = long.MinValue;

    internal FixedWindow Primary(string resource)
    {
        if (!_primary.TryGetValue(resource, out FixedWindow? window))
        {
            window = resource switch
            {
                "search" => new FixedWindow(Authorised ? options.SearchLimit : options.SearchLimit / 3, options.SearchWindow),
                "code_search" => new FixedWindow(options.CodeSearchLimit, options.SearchWindow),
                "graphql" => new FixedWindow(Authorised ? options.GraphQLLimit : 0, options.Window),
                _ => new FixedWindow(Authorised ? options.CoreLimit : options.AnonymousLimit, options.Window),
            };
            _primary.Add(resource, window);
        }

        return window;
    }

    internal SlidingWindow Points(string endpoint)
    {
        if (!_points.TryGetValue(endpoint, out SlidingWindow? window))
        {
            window = new SlidingWindow(endpoint == "graphql" ? options.GraphQLPointsLimit : options.PointsLimit, options.SecondaryWindow);
            _points.Add(endpoint, window);
        }

        return window;
    }
}
