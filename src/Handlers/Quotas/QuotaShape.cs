using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>Which quotas one kind of call is charged to, under one client's configuration. The same for all accounts.</summary>
internal sealed class QuotaShape
{
    private readonly ImmutableArray<QuotaUse> _uses;
    private readonly ulong _groups;

    public QuotaShape(QuotaPolicy policy, ImmutableArray<QuotaUse> uses, ulong groups)
    {
        Policy = policy;
        _uses = uses.IsDefault ? [] : uses;
        _groups = groups;
        ImmutableArray<(ResourcePolicy Policy, string Resource, QuotaStart Start)>.Builder resources =
            ImmutableArray.CreateBuilder<(ResourcePolicy Policy, string Resource, QuotaStart Start)>();
        foreach (QuotaUse use in _uses)
        {
            if (use.Resource != QuotaKey.AllResources)
            {
                resources.Add((policy.For(use.Resource), use.Resource, use.Start));
            }
        }

        for (int i = 0; i < policy.Groups.Length; i++)
        {
            ResourcePolicy group = policy.Groups[i];
            if ((groups & (1UL << i)) != 0 && !resources.Any(r => r.Resource.Equals(group.Resource, StringComparison.OrdinalIgnoreCase)))
            {
                resources.Add((group, group.Resource, QuotaStart.Free));
            }
        }

        AccountUse = UseOf(QuotaKey.AllResources);
        Resources = resources.ToImmutable();
        NeedsQuotas = Resources.Any(r => r.Policy.Limits.Length > 0 || r.Start != QuotaStart.Free);
    }

    public QuotaPolicy Policy { get; }

    /// <summary>The resources besides the account as a whole.</summary>
    public ImmutableArray<(ResourcePolicy Policy, string Resource, QuotaStart Start)> Resources { get; }

    /// <summary>What the account as a whole is charged: an index for <see cref="Charge.At(int)"/>.</summary>
    public int AccountUse { get; }

    /// <summary>Some of them hold calls back from the start; the others only once the provider said something about them.</summary>
    public bool NeedsQuotas { get; }

    /// <summary>Which use of a call of this shape names a quota, for <see cref="Charge.At(int)"/>.</summary>
    public int UseOf(string resource) => Charge.IndexOf(_uses, resource);

    public bool Is(ImmutableArray<QuotaUse> uses, ulong groups)
    {
        if (groups != _groups)
        {
            return false;
        }

        if (uses.IsDefaultOrEmpty)
        {
            return _uses.IsEmpty;
        }

        if (uses == _uses)
        {
            return true;
        }

        if (uses.Length != _uses.Length)
        {
            return false;
        }

        for (int i = 0; i < uses.Length; i++)
        {
            if (uses[i].Resource != _uses[i].Resource)
            {
                return false;
            }
        }

        return true;
    }
}
