using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers.Pacing;

/// <summary>One client's pacing options, parsed: what the ledger enforces, and which calls belong to which group.</summary>
internal sealed class PacingRules
{
    private readonly (EndpointPattern Pattern, ulong Bit)[] _matched;

    /// <summary>Parses options that were validated before.</summary>
    /// <param name="client">The client's name.</param>
    /// <param name="version">Grows with each reload.</param>
    /// <param name="options">The options.</param>
    public PacingRules(string client, int version, PacingOptions options)
    {
        List<(string Resource, ImmutableArray<LimitSpec> Limits)> groups = [];
        List<(EndpointPattern, ulong)> matched = [];
        foreach ((string name, PacingGroupOptions group) in options.Groups)
        {
            if (EndpointPattern.TryParse(group.Match, out EndpointPattern? pattern, out _))
            {
                matched.Add((pattern, 1UL << groups.Count));
            }

            groups.Add((name, Limits(group.Limits, group.MinInterval, group.MaxConcurrency, options.MarginPercent)));
        }

        _matched = [.. matched];
        ImmutableArray<LimitSpec> all = Limits(options.Limits, options.MinInterval, options.MaxConcurrency, options.MarginPercent);
        Quotas = new QuotaPolicy(client, version, all, groups, options.MarginPercent, options.Mode == PacingMode.Smooth)
        {
            Reserve = new Reserve(options.Mode == PacingMode.Reserve ? options.ReservePercent : 0),
            MaxQueue = options.MaxQueue,
            MaxQueueBytes = options.MaxQueueBytes,
        };
        CountsBytes = all.Concat(groups.SelectMany(group => group.Limits)).Any(limit => limit.Unit == LimitUnit.Bytes);
    }

    public QuotaPolicy Quotas { get; }

    /// <summary>Some limit is in bytes: only then anybody has to know how long bodies are.</summary>
    public bool CountsBytes { get; }

    /// <summary>The groups that a request belongs to by its endpoint: a bit each.</summary>
    public ulong GroupsOf(HttpMethod method, Uri uri)
    {
        ulong groups = 0;
        foreach ((EndpointPattern pattern, ulong bit) in _matched)
        {
            groups |= pattern.Matches(method, uri) ? bit : 0;
        }

        return groups;
    }

    private static ImmutableArray<LimitSpec> Limits(string? text, TimeSpan? interval, int? concurrency, double margin)
    {
        ImmutableArray<LimitSpec>.Builder all = ImmutableArray.CreateBuilder<LimitSpec>();
        if (text is not null && LimitGrammar.TryParse(text, out ImmutableArray<LimitSpec> parsed, out _))
        {
            all.AddRange(parsed);
        }

        if (interval is { } least && least > TimeSpan.Zero)
        {
            all.Add(LimitSpec.Interval(least));
        }

        if (concurrency is { } most)
        {
            all.Add(LimitSpec.Concurrent(most));
        }

        return margin > 0 ? [.. all.Select(limit => limit.Less(margin))] : all.ToImmutable();
    }
}
