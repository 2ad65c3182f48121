using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>One client's pacing options in the form the ledger works with. A reload makes another.</summary>
internal sealed class QuotaPolicy
{
    /// <summary>A call's groups are the bits of a <see cref="ulong"/>.</summary>
    public const int MaxGroups = 64;

    private const int MaxShapes = 256;

    private readonly FrozenDictionary<string, ResourcePolicy> _named;
    private readonly ResourcePolicy _unnamed;
    private QuotaShape[] _shapes = [];

    public QuotaPolicy(
        string client,
        int version,
        ImmutableArray<LimitSpec> all,
        IReadOnlyList<(string Resource, ImmutableArray<LimitSpec> Limits)> resources,
        double margin = 0,
        bool smooth = false)
    {
        All = new ResourcePolicy(client, version, QuotaKey.AllResources, all) { Margin = margin, IsSmooth = smooth };
        Groups = [.. resources.Select(r => new ResourcePolicy(client, version, r.Resource, r.Limits))];
        _named = Groups.ToFrozenDictionary(p => p.Resource, StringComparer.OrdinalIgnoreCase);
        _unnamed = new ResourcePolicy(client, version, "", []);
    }

    public string Client => All.Client;

    /// <summary>What holds for every call of the client.</summary>
    public ResourcePolicy All { get; }

    /// <summary>The resources that have a configuration of their own, in a fixed order: a bit each in <see cref="QuotaDemand.Groups"/>.</summary>
    public ImmutableArray<ResourcePolicy> Groups { get; }

    public int MaxQueue { get; init; } = 10_000;

    public long MaxQueueBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>What the client leaves to interactive calls.</summary>
    public Reserve Reserve { get; init; }

    /// <summary>The account that the client's last call was charged to. Any of those in use will do: whoever reads it compares the names.</summary>
    public QuotaAccount? LastAccount { get; set; }

    public ResourcePolicy For(string resource) => _named.GetValueOrDefault(resource, _unnamed);

    /// <summary>The shape of a call; made once for each kind of call. Kinds are few; where a provider names endlessly many, they are forgotten and made again.</summary>
    public QuotaShape ShapeOf(ImmutableArray<QuotaUse> uses, ulong groups)
    {
        QuotaShape[] shapes = Volatile.Read(ref _shapes);
        foreach (QuotaShape known in shapes)
        {
            if (known.Is(uses, groups))
            {
                return known;
            }
        }

        // Two at once may make two: the second one is a copy that costs nothing but its memory.
        var shape = new QuotaShape(this, uses, groups);
        Volatile.Write(ref _shapes, shapes.Length < MaxShapes ? [.. shapes, shape] : [shape]);
        return shape;
    }
}
