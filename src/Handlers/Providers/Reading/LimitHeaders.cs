using System.Globalization;
using System.Net.Http.Headers;

namespace Handlers.Providers;

/// <summary>One limit as its headers give it, gathered in any order and parsed when the pass is over.</summary>
internal struct LimitHeaders
{
    public string? Limit;
    public string? Remaining;
    public string? Reset;

    public readonly bool IsEmpty => (Limit ?? Remaining ?? Reset) is null;

    /// <summary>There is a count to learn from; a reset alone, or Azure's −1, says nothing.</summary>
    public readonly bool HasCount => Count(Limit) >= 0 || Count(Remaining) >= 0;

    /// <summary>Nothing is left. Only then does the reset say anything about waiting: every provider also sends resets of limits that are fine.</summary>
    public readonly bool IsExhausted => Count(Remaining) == 0;

    /// <summary>Takes one of the three by the part of the header's name that tells them apart; false for any other.</summary>
    public bool TryTake(ReadOnlySpan<char> field, HeaderStringValues lines)
    {
        if (field.Equals("limit", StringComparison.OrdinalIgnoreCase))
        {
            Limit = AnswerHeaders.Single(lines);
        }
        else if (field.Equals("remaining", StringComparison.OrdinalIgnoreCase))
        {
            Remaining = AnswerHeaders.Single(lines);
        }
        else if (field.Equals("reset", StringComparison.OrdinalIgnoreCase))
        {
            Reset = AnswerHeaders.Single(lines);
        }
        else
        {
            return false;
        }

        return true;
    }

    /// <summary>What the headers say, as the ledger takes it.</summary>
    public readonly QuotaObservation Observe(string resource, LimitUnit unit, ResetMeaning meaning, TimeSpan? reset) => new(resource, unit)
    {
        Meaning = meaning,
        Limit = Count(Limit),
        Remaining = Count(Remaining),
        Reset = reset ?? Timeout.InfiniteTimeSpan,
    };

    /// <summary>A count, or <see cref="QuotaObservation.Unknown"/>. Signs are no part of a count: Azure sends −1 for "unknown".</summary>
    public static long Count(string? text) =>
        long.TryParse(text.AsSpan().Trim(" \t"), NumberStyles.None, CultureInfo.InvariantCulture, out long value) ? value : QuotaObservation.Unknown;
}
