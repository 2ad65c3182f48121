namespace Handlers.Wire;

/// <summary>
/// HTTP-date, RFC 9110 §5.6.7: IMF-fixdate and the two obsolete forms every recipient must take. The forms are fixed, so anything else is refused:
/// <c>+0000</c>, a missing zone, trailing text. Case is ignored as RFC 9111 §4.2 asks of caches; a day name that contradicts its date is
/// let pass, since the grammar cannot say it and the date is what counts.
/// </summary>
internal static class HttpDate
{
    private const int FixdateLength = 29;
    private const int AsctimeLength = 24;
    private const int Rfc850TailLength = 22;

    private static readonly string[] DayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    /// <param name="text">The raw field value.</param>
    /// <param name="now">Decides the century of an RFC 850 date: the latest one that is not more than 50 years ahead.</param>
    /// <param name="date">The instant, in UTC.</param>
    public static bool TryParse(ReadOnlySpan<char> text, DateTimeOffset now, out DateTimeOffset date)
    {
        text = HeaderLines.Trim(text);
        long ticks;
        bool parsed = text.Length switch
        {
            FixdateLength => TryParseFixdate(text, out ticks),
            AsctimeLength => TryParseAsctime(text, out ticks),
            _ => TryParseRfc850(text, now, out ticks),
        };
        date = parsed ? new DateTimeOffset(ticks, TimeSpan.Zero) : default;
        return parsed;
    }

    // Sun, 06 Nov 1994 08:49:37 GMT
    private static bool TryParseFixdate(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        return text[3] == ',' && text[4] == ' ' && text[7] == ' ' && text[11] == ' ' && text[16] == ' ' && IsShortDayName(text)
            && IsTime(text[17..25]) && IsGmt(text[25..])
            && TryGetTicks(CalendarText.Four(text, 12), Month(text[8..]), CalendarText.Two(text, 5), text[17..], out ticks);
    }

    // Sun Nov  6 08:49:37 1994
    private static bool TryParseAsctime(ReadOnlySpan<char> text, out long ticks)
    {
        ticks = 0;
        int day = text[8] == ' ' && char.IsAsciiDigit(text[9]) ? text[9] - '0' : CalendarText.Two(text, 8);
        return text[3] == ' ' && text[7] == ' ' && text[10] == ' ' && text[19] == ' ' && IsShortDayName(text)
            && IsTime(text[11..19])
            && TryGetTicks(CalendarText.Four(text, 20), Month(text[4..]), day, text[11..], out ticks);
    }

    // Sunday, 06-Nov-94 08:49:37 GMT
    private static bool TryParseRfc850(ReadOnlySpan<char> text, DateTimeOffset now, out long ticks)
    {
        ticks = 0;
        int comma = text.IndexOf(',');
        if (comma < 0 || text.Length != comma + 2 + Rfc850TailLength || text[comma + 1] != ' ' || !IsDayName(text[..comma]))
        {
            return false;
        }

        text = text[(comma + 2)..];
        int year = CalendarText.Two(text, 7);
        int month = Month(text[3..]);
        int day = CalendarText.Two(text, 0);
        if (text[2] != '-' || text[6] != '-' || text[9] != ' ' || year < 0 || !IsTime(text[10..18]) || !IsGmt(text[18..]))
        {
            return false;
        }

        long latest = now.UtcDateTime.Year <= 9949 ? now.UtcDateTime.AddYears(50).Ticks : DateTime.MaxValue.Ticks;
        int century = (int)(new DateTime(latest, DateTimeKind.Utc).Year / 100) * 100;

        // The century before is tried as well when the date does not exist in the later one: 29-Feb-00 is no day of 2100.
        return (TryGetTicks(century + year, month, day, text[10..], out ticks) && ticks <= latest)
            || TryGetTicks(century + year - 100, month, day, text[10..], out ticks);
    }

    private static bool TryGetTicks(int year, int month, int day, ReadOnlySpan<char> time, out long ticks) => CalendarText.TryGetTicks(
        year, month, day, CalendarText.Two(time, 0), CalendarText.Two(time, 3), CalendarText.Two(time, 6), out ticks);

    private static bool IsTime(ReadOnlySpan<char> text) => text[2] == ':' && text[5] == ':';

    private static bool IsGmt(ReadOnlySpan<char> text) => text.Equals(" GMT", StringComparison.OrdinalIgnoreCase);

    // Setting the bit makes lower case of letters, and a letter of nothing else.
    private static bool IsShortDayName(ReadOnlySpan<char> text) => (text[0] | 0x20, text[1] | 0x20, text[2] | 0x20) is
        ('m', 'o', 'n') or ('t', 'u', 'e') or ('w', 'e', 'd') or ('t', 'h', 'u') or ('f', 'r', 'i') or ('s', 'a', 't') or ('s', 'u', 'n');

    private static bool IsDayName(ReadOnlySpan<char> text)
    {
        foreach (string name in DayNames)
        {
            if (text.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static int Month(ReadOnlySpan<char> text) => (text[0] | 0x20, text[1] | 0x20, text[2] | 0x20) switch
    {
        ('j', 'a', 'n') => 1,
        ('f', 'e', 'b') => 2,
        ('m', 'a', 'r') => 3,
        ('a', 'p', 'r') => 4,
        ('m', 'a', 'y') => 5,
        ('j', 'u', 'n') => 6,
        ('j', 'u', 'l') => 7,
        ('a', 'u', 'g') => 8,
        ('s', 'e', 'p') => 9,
        ('o', 'c', 't') => 10,
        ('n', 'o', 'v') => 11,
        ('d', 'e', 'c') => 12,
        _ => -1,
    };
}
