using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>What one client's configuration says about one resource.</summary>
internal sealed class ResourcePolicy
{
    public ResourcePolicy(string client, int version, string resource, ImmutableArray<LimitSpec> limits)
    {
        Client = client;
        Version = version;
        Resource = resource;
        Limits = limits;
        AsOnlySource = [this];
    }

    /// <summary>Whose configuration it is; clients that share an account each bring theirs.</summary>
    public string Client { get; }

    /// <summary>Grows with each reload: a call that still runs with old options must not bring them back.</summary>
    public int Version { get; }

    public string Resource { get; }

    public ImmutableArray<LimitSpec> Limits { get; }

    /// <summary>The share of announced limits that is left unused, in percent. Limits that are configured have theirs taken off already.</summary>
    public double Margin { get; init; }

    /// <summary>The account's limits are to be spent evenly; said by the policy of the account as a whole.</summary>
    public bool IsSmooth { get; init; }

    /// <summary>The list of sources of a quota that this policy alone configures; shared by all accounts.</summary>
    public ResourcePolicy[] AsOnlySource { get; }
}
