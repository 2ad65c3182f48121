using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>One client's pacing options in the form the ledger works with. Immutable; a reload makes another.</summary>
internal sealed class QuotaPolicy
{
    private readonly FrozenDictionary<string, ResourcePolicy> _named;
    private readonly ResourcePolicy _unnamed;

    public QuotaPolicy(string client, int version, ImmutableArray<LimitSpec> all, IReadOnlyList<(string Resource, ImmutableArray<LimitSpec> Limits)> resources)
    {
        All = new ResourcePolicy(client, version, QuotaKey.AllResources, all);
        Groups = [.. resources.Select(r => new ResourcePolicy(client, version, r.Resource, r.Limits))];
        _named = Groups.Add(All).ToFrozenDictionary(p => p.Resource, StringComparer.Ordinal);
        _unnamed = new ResourcePolicy(client, version, "", []);
    }

    /// <summary>What holds for every call of the client.</summary>
    public ResourcePolicy All { get; }

    /// <summary>The resources that have a configuration of their own, in a fixed order: a bit each in <see cref="QuotaDemand.Groups"/>.</summary>
    public ImmutableArray<ResourcePolicy> Groups { get; }

    public int MaxQueue { get; init; } = 10_000;

    public long MaxQueueBytes { get; init; } = 64 * 1024 * 1024;

    public ResourcePolicy For(string resource) => _named.GetValueOrDefault(resource, _unnamed);
}
