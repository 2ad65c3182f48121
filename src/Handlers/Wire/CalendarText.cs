namespace Handlers.Wire;

/// <summary>The fixed-width pieces that the timestamp forms of HTTP and RFC 3339 share. A piece that does not parse is -1, which no date accepts.</summary>
internal static class CalendarText
{
    public static int Two(ReadOnlySpan<char> text, int at)
    {
        int tens = text[at] - '0';
        int ones = text[at + 1] - '0';
        return (uint)tens <= 9 && (uint)ones <= 9 ? (tens * 10) + ones : -1;
    }

    public static int Four(ReadOnlySpan<char> text, int at)
    {
        int high = Two(text, at);
        int low = Two(text, at + 2);
        return high >= 0 && low >= 0 ? (high * 100) + low : -1;
    }

    /// <summary>The ticks of a UTC time of day on a date of the proleptic Gregorian calendar. Second 60 (a leap second) is the first of the next minute.</summary>
    public static bool TryGetTicks(int year, int month, int day, int hour, int minute, int second, out long ticks)
    {
        ticks = 0;
        if (year is < 1 or > 9999 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour is < 0 or > 23 || minute is < 0 or > 59 || second is < 0 or > 60)
        {
            return false;
        }

        ticks = new DateTime(year, month, day, 0, 0, 0, DateTimeKind.Utc).Ticks + ((((hour * 60L) + minute) * 60) + second) * TimeSpan.TicksPerSecond;
        return ticks <= DateTime.MaxValue.Ticks;
    }
}
