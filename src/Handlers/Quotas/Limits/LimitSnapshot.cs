using Handlers.Quotas;

namespace Handlers;

/// <summary>A copy of one limit to look at.</summary>
public sealed record LimitSnapshot
{
    /// <summary>The limit as it is written in configuration, such as <c>5000/hour</c>.</summary>
    public required string Text { get; init; }

    /// <summary>What it counts.</summary>
    public LimitUnit Unit { get; init; }

    /// <summary>How much it can hold.</summary>
    public long Capacity { get; init; }

    /// <summary>How much of it could be spent now.</summary>
    public long Free { get; init; }

    /// <summary>When all of it is there again if nothing is spent; null when that is now, or depends on attempts under way.</summary>
    public DateTimeOffset? FullAt { get; init; }

    /// <summary>
    /// When it will be used up if it is spent on as it was in the last 15 to 30 seconds: now when it is; null when it will not be, because it is whole again before that,
    /// refills as fast, or is not spent. The pace is measured from the first look at a quota in use on.
    /// </summary>
    public DateTimeOffset? SpentAt { get; init; }

    internal static LimitSnapshot Of(Limit limit, Pace? pace, LedgerClock clock, long now)
    {
        long fullAt = limit.FullAt(now);
        long spentAt = limit.SpentAt(pace?.Of(limit.Unit, now) ?? 0, now);
        return new LimitSnapshot
        {
            Text = limit.ToString(),
            Unit = limit.Unit,
            Capacity = limit.Capacity,
            Free = Math.Clamp(limit.Free(now), 0, limit.Capacity),
            FullAt = fullAt > now && fullAt != Limit.Never ? clock.At(fullAt) : null,
            SpentAt = spentAt < Limit.Never ? clock.At(spentAt) : null,
        };
    }
}
