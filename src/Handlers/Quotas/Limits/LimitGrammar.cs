using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Handlers.Quotas;

/// <summary>
/// The text form of limits:
/// <c>&lt;n&gt;[ &lt;unit&gt;]/&lt;period&gt;[; burst &lt;n&gt;][; window|sliding|bucket][; adaptive &lt;min&gt;..&lt;max&gt;]</c>, several separated by commas, or <c>none</c>.
/// </summary>
internal static class LimitGrammar
{
    public const string Form =
        "<n>[ <unit>]/<period>[; burst <n>][; window|sliding|bucket][; adaptive <min>..<max>], such as '5000/hour', '100 tokens/15 minutes' or '100/60s; burst 20'";

    private static readonly (string Name, LimitUnit Unit)[] Units =
    [
        ("requests", LimitUnit.Requests), ("request", LimitUnit.Requests),
        ("tokens", LimitUnit.Tokens), ("token", LimitUnit.Tokens),
        ("points", LimitUnit.Points), ("point", LimitUnit.Points),
        ("bytes", LimitUnit.Bytes), ("byte", LimitUnit.Bytes),
    ];

    // The first name of each length, and of those the plural, is the one written back.
    private static readonly (string Name, string Plural, long Seconds)[] Periods =
    [
        ("day", "days", 86_400), ("hour", "hours", 3_600), ("minute", "minutes", 60), ("second", "seconds", 1),
        ("d", "", 86_400), ("h", "", 3_600), ("min", "mins", 60), ("m", "", 60), ("sec", "secs", 1), ("s", "", 1),
    ];

    /// <summary>Reads limits. <c>none</c> gives an empty list.</summary>
    /// <param name="text">The text.</param>
    /// <param name="limits">The limits in their order; empty when the text is wrong.</param>
    /// <param name="error">What is wrong, where, and what to write instead; null when nothing is.</param>
    public static bool TryParse(string? text, out ImmutableArray<LimitSpec> limits, [NotNullWhen(false)] out string? error)
    {
        limits = [];
        error = null;
        ReadOnlySpan<char> all = text.AsSpan().Trim();
        if (all.IsEmpty)
        {
            error = $"The limit is empty. Write {Form}, or 'none'.";
            return false;
        }

        if (Is(all, "none"))
        {
            return true;
        }

        ImmutableArray<LimitSpec>.Builder builder = ImmutableArray.CreateBuilder<LimitSpec>();
        foreach (Range range in all.Split(','))
        {
            ReadOnlySpan<char> one = all[range].Trim();
            if (!TryParseOne(one, out LimitSpec? limit, out string? reason))
            {
                error = $"'{one}' is not a limit: {reason} Write {Form}.";
                return false;
            }

            builder.Add(limit);
        }

        limits = builder.ToImmutable();
        return true;
    }

    public static string NameOf(LimitUnit unit) => Units[(int)unit * 2].Name;

    public static string NameOf(TimeSpan period)
    {
        long seconds = (long)period.TotalSeconds;
        foreach ((string name, string plural, long length) in Periods)
        {
            if (seconds % length == 0)
            {
                return seconds == length ? name : string.Create(CultureInfo.InvariantCulture, $"{seconds / length} {plural}");
            }
        }

        return "";
    }

    private static bool TryParseOne(ReadOnlySpan<char> text, [NotNullWhen(true)] out LimitSpec? limit, [NotNullWhen(false)] out string? reason)
    {
        limit = null;
        int end = text.IndexOf(';');
        ReadOnlySpan<char> rate = end < 0 ? text : text[..end].TrimEnd();
        if (!TryParseRate(rate, out long amount, out LimitUnit unit, out TimeSpan period, out reason))
        {
            return false;
        }

        LimitKind? kind = null;
        long? burst = null;
        (long Min, long Max)? adaptive = null;
        while (end >= 0)
        {
            text = text[(end + 1)..];
            end = text.IndexOf(';');
            ReadOnlySpan<char> part = (end < 0 ? text : text[..end]).Trim();
            if (KindOf(part) is { } named && kind is null)
            {
                kind = named;
            }
            else if (burst is null && TryAfter(part, "burst", out ReadOnlySpan<char> number))
            {
                if (!TryAmount(number, out long value))
                {
                    reason = $"the burst '{number}' is not a whole number from 1 to {LimitSpec.MaxAmount}.";
                    return false;
                }

                burst = value;
            }
            else if (adaptive is null && TryAfter(part, "adaptive", out ReadOnlySpan<char> bounds))
            {
                if (!TryBounds(bounds, out (long Min, long Max) value))
                {
                    reason = $"'{bounds}' is not <min>..<max> with 1 <= min <= max.";
                    return false;
                }

                adaptive = value;
            }
            else
            {
                reason = $"'{part}' is neither 'burst <n>' nor 'window', 'sliding', 'bucket' nor 'adaptive <min>..<max>', or stands there twice.";
                return false;
            }
        }

        if (burst is not null && kind is LimitKind.FixedWindow or LimitKind.SlidingWindow)
        {
            reason = "'burst' makes a token bucket and contradicts 'window' and 'sliding'; leave one of the two out.";
            return false;
        }

        if (adaptive is { } span && (amount < span.Min || amount > span.Max))
        {
            reason = $"it starts at {amount}, outside of its own bounds {span.Min}..{span.Max}.";
            return false;
        }

        kind ??= burst is null ? LimitKind.SlidingWindow : LimitKind.TokenBucket;
        limit = kind switch
        {
            LimitKind.FixedWindow => LimitSpec.Window(amount, period, unit),
            LimitKind.TokenBucket => LimitSpec.Bucket(amount, period, burst ?? amount, unit),
            _ => LimitSpec.Sliding(amount, period, unit),
        };
        if (adaptive is { } range)
        {
            limit = limit.Adaptive(range.Min, range.Max);
        }

        return true;
    }

    private static bool TryParseRate(ReadOnlySpan<char> text, out long amount, out LimitUnit unit, out TimeSpan period, [NotNullWhen(false)] out string? reason)
    {
        amount = 0;
        unit = LimitUnit.Requests;
        period = TimeSpan.Zero;
        int slash = text.IndexOf('/');
        if (slash < 0)
        {
            reason = "it has no '/<period>'.";
            return false;
        }

        ReadOnlySpan<char> left = text[..slash].TrimEnd();
        ReadOnlySpan<char> right = text[(slash + 1)..].TrimStart();
        int digits = DigitsAt(left);
        if (!TryAmount(left[..digits], out amount))
        {
            reason = $"'{left}' does not begin with a whole number from 1 to {LimitSpec.MaxAmount}, written without separators.";
            return false;
        }

        ReadOnlySpan<char> unitName = left[digits..].TrimStart();
        if (!unitName.IsEmpty && !TryUnit(unitName, out unit))
        {
            reason = $"'{unitName}' is no unit; use requests, tokens, points or bytes.";
            return false;
        }

        digits = DigitsAt(right);
        long count = 1;
        if ((digits > 0 && !TryAmount(right[..digits], out count)) || !TryPeriod(right[digits..].TrimStart(), count, out period))
        {
            reason = $"'{right}' is no period; use second, minute, hour or day, or a number of them such as '10s' or '15 minutes', from 1 second to 31 days.";
            return false;
        }

        reason = null;
        return true;
    }

    private static bool TryPeriod(ReadOnlySpan<char> name, long count, out TimeSpan period)
    {
        foreach ((string one, string plural, long seconds) in Periods)
        {
            if (Is(name, one) || (plural.Length > 0 && Is(name, plural)))
            {
                bool fits = count <= (long)LimitSpec.MaxPeriod.TotalSeconds / seconds;
                period = fits ? TimeSpan.FromSeconds(count * seconds) : TimeSpan.Zero;
                return fits;
            }
        }

        period = TimeSpan.Zero;
        return false;
    }

    private static bool TryUnit(ReadOnlySpan<char> name, out LimitUnit unit)
    {
        foreach ((string known, LimitUnit value) in Units)
        {
            if (Is(name, known))
            {
                unit = value;
                return true;
            }
        }

        unit = LimitUnit.Requests;
        return false;
    }

    private static LimitKind? KindOf(ReadOnlySpan<char> word) =>
        Is(word, "window") ? LimitKind.FixedWindow
        : Is(word, "sliding") ? LimitKind.SlidingWindow
        : Is(word, "bucket") ? LimitKind.TokenBucket
        : null;

    private static bool TryBounds(ReadOnlySpan<char> text, out (long Min, long Max) bounds)
    {
        bounds = default;
        int dots = text.IndexOf("..", StringComparison.Ordinal);
        return dots > 0
            && TryAmount(text[..dots].TrimEnd(), out bounds.Min)
            && TryAmount(text[(dots + 2)..].TrimStart(), out bounds.Max)
            && bounds.Min <= bounds.Max;
    }

    private static bool TryAfter(ReadOnlySpan<char> part, string word, out ReadOnlySpan<char> rest)
    {
        bool found = part.StartsWith(word, StringComparison.OrdinalIgnoreCase) && part.Length > word.Length && char.IsWhiteSpace(part[word.Length]);
        rest = found ? part[word.Length..].Trim() : [];
        return found;
    }

    private static bool TryAmount(ReadOnlySpan<char> text, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is >= 1 and <= LimitSpec.MaxAmount;

    private static int DigitsAt(ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAnyExceptInRange('0', '9');
        return end < 0 ? text.Length : end;
    }

    private static bool Is(ReadOnlySpan<char> text, string word) => text.Equals(word, StringComparison.OrdinalIgnoreCase);
}
