using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers;

/// <summary>A copy of a quota to look at.</summary>
public sealed record QuotaSnapshot
{
    /// <summary>The provider's name.</summary>
    public required string Provider { get; init; }

    /// <summary>Whose quota it is.</summary>
    public required string Account { get; init; }

    /// <summary>The part of the API; <c>*</c> for what holds for every call of the account.</summary>
    public required string Resource { get; init; }

    /// <summary>No attempt starts before this instant; null when the gate is open.</summary>
    public DateTimeOffset? ClosedUntil { get; init; }

    /// <summary>Why the gate is closed; null when it is open.</summary>
    public string? ClosedBecause { get; init; }

    /// <summary>The provider said that the quota is gone rather than short.</summary>
    public bool IsExhausted { get; init; }

    /// <summary>Calls that wait in this quota's queue.</summary>
    public int Waiting => WaitingInteractive + WaitingNormal + WaitingBackground;

    /// <summary>Those of them with priority <see cref="CallPriority.Interactive"/>.</summary>
    public int WaitingInteractive { get; init; }

    /// <summary>Those of them with priority <see cref="CallPriority.Normal"/>.</summary>
    public int WaitingNormal { get; init; }

    /// <summary>Those of them with priority <see cref="CallPriority.Background"/>.</summary>
    public int WaitingBackground { get; init; }

    /// <summary>Attempts of the account that were let go and have not been answered.</summary>
    public int UnderWay { get; init; }

    /// <summary>Its limits.</summary>
    public ImmutableArray<LimitSnapshot> Limits { get; init; } = [];

    /// <summary>Taken under the lock of the quota's account.</summary>
    internal static QuotaSnapshot Of(Quota quota, Pace? pace, LedgerClock clock, long now, in WaitingCount waiting)
    {
        ImmutableArray<LimitSnapshot>.Builder limits = ImmutableArray.CreateBuilder<LimitSnapshot>();
        for (Limit? next = quota.Limits; next is not null; next = next.Next)
        {
            if (next is not Spread)
            {
                limits.Add(LimitSnapshot.Of(next, pace, clock, now));
            }
        }

        bool closed = quota.Gate is { } gate && gate.ClosedUntil > now;
        return new QuotaSnapshot
        {
            Provider = quota.Account.Provider,
            Account = quota.Account.Name,
            Resource = quota.Resource,
            ClosedUntil = closed ? clock.At(quota.Gate!.ClosedUntil) : null,
            ClosedBecause = closed ? quota.Gate!.Why : null,
            IsExhausted = closed && quota.Gate!.IsExhausted,
            WaitingInteractive = waiting.Interactive,
            WaitingNormal = waiting.Normal,
            WaitingBackground = waiting.Background,
            UnderWay = quota.Account.UnderWay,
            Limits = limits.ToImmutable(),
        };
    }
}
