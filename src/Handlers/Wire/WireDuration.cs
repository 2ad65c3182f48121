namespace Handlers.Wire;

/// <summary>
/// Durations as servers write them. All are exact to 100 ns and rounded up, so that a wait is never shorter than the server said; a well-formed value
/// that is too large becomes <see cref="Longest"/> instead of being dropped; a sign is refused.
/// </summary>
internal static class WireDuration
{
    private const ulong Nanosecond = 1;
    private const ulong Microsecond = 1_000;
    private const ulong Millisecond = 1_000_000;
    private const ulong Second = 1_000_000_000;
    private const ulong Minute = 60 * Second;
    private const ulong Hour = 60 * Minute;
    private const ulong Day = 24 * Hour;

    private static readonly string[] Phrases = ["try again in", "retry in", "try again after", "retry after"];

    /// <summary>Five hundred years: what any longer duration is read as. It stays clear of the range of dates, so it may be added to a server's clock.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(182_500);

    /// <summary>Go's form, as OpenAI sends it: <c>20ms</c>, <c>1m12.5s</c>, <c>1h30m0s</c>, <c>250µs</c>, and a bare <c>0</c>.</summary>
    public static bool TryParseGo(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        text = HeaderLines.Trim(text);
        if (text is "0")
        {
            return true;
        }

        ExactDuration sum = default;
        ReadOnlySpan<char> rest = text;
        while (!rest.IsEmpty)
        {
            if (!DecimalText.TryRead(rest, out DecimalText number, out int length))
            {
                return false;
            }

            rest = rest[length..];
            int unitLength = UnitLength(rest);
            if (!TryGetUnit(rest[..unitLength], out ulong unit))
            {
                return false;
            }

            sum = sum.Plus(ExactDuration.Of(number, unit));
            rest = rest[unitLength..];
        }

        duration = ToTimeSpan(sum);
        return !text.IsEmpty;
    }

    /// <summary>The JSON form of <c>google.protobuf.Duration</c>, such as <c>4.843473059s</c>.</summary>
    public static bool TryParseProtobuf(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        text = HeaderLines.Trim(text);
        return text.EndsWith('s') && char.IsAsciiDigit(text[0]) && char.IsAsciiDigit(text[^2]) && TryParseSeconds(text[..^1], out duration);
    }

    /// <summary>A plain number of seconds, at will with a fraction.</summary>
    public static bool TryParseSeconds(ReadOnlySpan<char> text, out TimeSpan duration) => TryParse(text, Second, out duration);

    /// <summary>A plain number of milliseconds, at will with a fraction.</summary>
    public static bool TryParseMilliseconds(ReadOnlySpan<char> text, out TimeSpan duration) => TryParse(text, Millisecond, out duration);

    /// <summary>
    /// The duration an error message names: <c>Please try again in 1m12s.</c>, <c>Please retry in 10h17m5.723541104s</c>, <c>retry after 6 seconds</c>.
    /// </summary>
    public static bool TryFindInMessage(ReadOnlySpan<char> message, out TimeSpan duration)
    {
        foreach (string phrase in Phrases)
        {
            ReadOnlySpan<char> rest = message;
            for (int at; (at = rest.IndexOf(phrase, StringComparison.OrdinalIgnoreCase)) >= 0;)
            {
                rest = rest[(at + phrase.Length)..];
                if (rest.StartsWith(' ') && TryReadSpoken(rest, out duration))
                {
                    return true;
                }
            }
        }

        duration = TimeSpan.Zero;
        return false;
    }

    // "1m12s", "1m 12s" and "1 minute 12 seconds" alike: to stop after the first part would make the wait shorter.
    private static bool TryReadSpoken(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        ExactDuration sum = default;
        bool any = false;
        while (DecimalText.TryRead(AfterSpace(text), out DecimalText number, out int length))
        {
            ReadOnlySpan<char> rest = AfterSpace(AfterSpace(text)[length..]);
            int unitLength = UnitLength(rest);
            if (!TryGetUnit(rest[..unitLength], out ulong unit) && !TryGetSpokenUnit(rest[..unitLength], out unit))
            {
                // "retry in 5s 3 times": the number is about something else, unless it is glued to the duration.
                any &= text.StartsWith(' ');
                break;
            }

            sum = sum.Plus(ExactDuration.Of(number, unit));
            any = true;
            text = rest[unitLength..];
        }

        duration = any ? ToTimeSpan(sum) : TimeSpan.Zero;
        return any;
    }

    private static ReadOnlySpan<char> AfterSpace(ReadOnlySpan<char> text) => text.StartsWith(' ') ? text[1..] : text;

    private static int UnitLength(ReadOnlySpan<char> text)
    {
        int length = 0;
        while (length < text.Length && char.IsLetter(text[length]))
        {
            length++;
        }

        return length;
    }

    private static bool TryGetUnit(ReadOnlySpan<char> name, out ulong nanoseconds)
    {
        nanoseconds = name switch
        {
            "h" => Hour,
            "m" => Minute,
            "s" => Second,
            "ms" => Millisecond,
            "us" or "\u00B5s" or "\u03BCs" => Microsecond, // the micro sign and the Greek letter, as Go takes both
            "ns" => Nanosecond,
            _ => 0,
        };
        return nanoseconds != 0;
    }

    private static bool TryGetSpokenUnit(ReadOnlySpan<char> name, out ulong nanoseconds)
    {
        nanoseconds = name switch
        {
            "d" or "day" or "days" => Day,
            "hr" or "hrs" or "hour" or "hours" => Hour,
            "min" or "mins" or "minute" or "minutes" => Minute,
            "sec" or "secs" or "second" or "seconds" => Second,
            "millisecond" or "milliseconds" => Millisecond,
            _ => 0,
        };
        return nanoseconds != 0;
    }

    private static bool TryParse(ReadOnlySpan<char> text, ulong unit, out TimeSpan duration)
    {
        bool parsed = DecimalText.TryParse(text, out DecimalText number);
        duration = parsed ? ToTimeSpan(ExactDuration.Of(number, unit)) : TimeSpan.Zero;
        return parsed;
    }

    private static TimeSpan ToTimeSpan(ExactDuration sum) => TimeSpan.FromTicks(long.Min(sum.Ticks, Longest.Ticks));
}
