namespace Handlers.Wire;

/// <summary>Timestamps of RFC 3339 §5.6, such as <c>2026-11-21T12:00:00.5+02:00</c>: any fraction (rounded up to 100 ns), an offset is required.</summary>
internal static class Rfc3339
{
    private const int SecondsEnd = 19;

    /// <param name="text">The raw value.</param>
    /// <param name="instant">The instant, in UTC.</param>
    public static bool TryParse(ReadOnlySpan<char> text, out DateTimeOffset instant)
    {
        instant = default;
        text = HeaderLines.Trim(text);
        if (text.Length <= SecondsEnd || text[4] != '-' || text[7] != '-' || text[10] is not ('T' or 't' or ' ') || text[13] != ':' || text[16] != ':'
            || !CalendarText.TryGetTicks(
                CalendarText.Four(text, 0), CalendarText.Two(text, 5), CalendarText.Two(text, 8),
                CalendarText.Two(text, 11), CalendarText.Two(text, 14), CalendarText.Two(text, 17), out long ticks))
        {
            return false;
        }

        // The last digit of the seconds is read again as the whole part of a number, to get at the fraction behind it.
        _ = DecimalText.TryRead(text[(SecondsEnd - 1)..], out DecimalText seconds, out int length);
        long fraction = ExactDuration.Of(seconds, 1_000_000_000).Ticks - ((long)seconds.Whole * TimeSpan.TicksPerSecond);

        if (!TryParseOffset(text[(SecondsEnd - 1 + length)..], out long offset))
        {
            return false;
        }

        ticks += fraction - offset;
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        instant = new DateTimeOffset(ticks, TimeSpan.Zero);
        return true;
    }

    private static bool TryParseOffset(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        if (text is "Z" or "z")
        {
            return true;
        }

        if (text.Length != 6 || text[0] is not ('+' or '-') || text[3] != ':')
        {
            return false;
        }

        int hours = CalendarText.Two(text, 1);
        int minutes = CalendarText.Two(text, 4);
        ticks = ((hours * 60L) + minutes) * TimeSpan.TicksPerMinute * (text[0] == '-' ? -1 : 1);
        return hours is >= 0 and <= 23 && minutes is >= 0 and <= 59;
    }
}
