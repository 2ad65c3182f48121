using System.Collections.Immutable;

namespace Handlers.Quotas;

/// <summary>What one attempt wants.</summary>
internal readonly ref struct QuotaDemand
{
    public QuotaDemand()
    {
    }

    public required QuotaPolicy Policy { get; init; }

    /// <summary>The provider's name; with <see cref="Account"/> it names whose quotas are meant.</summary>
    public required string Provider { get; init; }

    public required string Account { get; init; }

    /// <summary>The provider's plan; may be empty.</summary>
    public ImmutableArray<QuotaUse> Uses { get; init; }

    /// <summary>The operation, as the provider's plan names it: what such calls cost is learned by it. Null where the plan names none.</summary>
    public string? Operation { get; init; }

    /// <summary>The caller said what the attempt costs: nothing that was learned stands in its place.</summary>
    public bool CostIsKnown { get; init; }

    /// <summary>The configured groups that the attempt belongs to: a bit for each of <see cref="QuotaPolicy.Groups"/>.</summary>
    public ulong Groups { get; init; }

    /// <summary>The upstream's authority, whose gate a 5xx with a hint closes; null for none.</summary>
    public string? Authority { get; init; }

    /// <summary>Who goes first when quota is short.</summary>
    public CallPriority Priority { get; init; } = CallPriority.Normal;

    /// <summary>Between whom waiting calls of one priority are fair; null for nobody in particular.</summary>
    public string? Tenant { get; init; }

    /// <summary>Bytes of the body held in memory while waiting.</summary>
    public long BodyBytes { get; init; }

    /// <summary>The longest wait; infinite for none.</summary>
    public required TimeSpan MaxWait { get; init; }

    /// <summary>The time left until the call's deadline; infinite for none.</summary>
    public required TimeSpan TimeLeft { get; init; }

    /// <summary>A thread will block on the waiter.</summary>
    public bool Blocks { get; init; }
}
