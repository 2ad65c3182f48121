using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Handlers;

/// <summary>A duration as <c>hh:mm:ss[.fff]</c> or <c>d.hh:mm:ss[.fff]</c>, and <c>none</c> (infinite) where the option allows it.</summary>
internal sealed class DurationKind(TimeSpan least, TimeSpan most, bool orNone = false) : OptionKind<TimeSpan>
{
    private const decimal LargestAmount = 10_000_000; // days of a TimeSpan

    private static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.");

    // TimeSpan.Parse is too kind: "30" are 30 days to it, and so are the 24 of "24:00:00".
    private static readonly string[] Formats =
        [@"h\:mm\:ss", @"h\:mm\:ss\.FFFFFFF", @"d\.h\:mm\:ss", @"d\.h\:mm\:ss\.FFFFFFF"];

    public override string Expects { get; } =
        $"a duration hh:mm:ss from {Text(least)} to {Text(most)}{(orNone ? " or \"none\"" : "")}";

    public override bool TryParse(string text, out TimeSpan value, [NotNullWhen(false)] out string? problem)
    {
        problem = null;
        text = text.Trim();
        if (orNone && OptionText.IsNone(text))
        {
            value = Timeout.InfiniteTimeSpan;
            return true;
        }

        if (TimeSpan.TryParseExact(text, Formats, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        problem = Problem(Cure(text));
        return false;
    }

    public override string? Check(TimeSpan value)
    {
        if ((value >= least && value <= most) || (orNone && value == Timeout.InfiniteTimeSpan))
        {
            return null;
        }

        return Problem(value > most
            ? $"the most is \"{Text(most)}\"{(orNone ? ", or write \"none\"" : "")}"
            : $"the least is \"{Text(least)}\"");
    }

    public override string Format(TimeSpan value) => orNone && value == Timeout.InfiniteTimeSpan ? OptionText.None : Text(value);

    private static string Text(TimeSpan value)
    {
        string text = value.ToString("c", CultureInfo.InvariantCulture);
        return value.Ticks % TimeSpan.TicksPerSecond == 0 ? text : text.TrimEnd('0');
    }

    private static string Cure(string text)
    {
        int unitAt = text.AsSpan().IndexOfAnyExcept(NumberCharacters);
        ReadOnlySpan<char> number = unitAt < 0 ? text : text.AsSpan(0, unitAt);
        ReadOnlySpan<char> unit = unitAt < 0 ? "" : text.AsSpan(unitAt).Trim();

        if (decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal amount)
            && amount <= LargestAmount && TicksPer(unit) is { } ticks)
        {
            string written = Text(TimeSpan.FromTicks((long)(amount * ticks)));
            return unit.IsEmpty ? $"a number alone has no unit: for {text} seconds write \"{written}\"" : $"write \"{written}\"";
        }

        string[] parts = text.Split(':');
        bool digits = parts.All(part => part.Length is 1 or 2 && part.All(char.IsAsciiDigit));
        if (digits && parts.Length is 2)
        {
            return $"two parts can be read in two ways: write \"00:{parts[0].PadLeft(2, '0')}:{parts[1].PadLeft(2, '0')}\" for minutes and seconds";
        }

        return digits && parts.Length is 3 && int.Parse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture) is > 23 and var hours
            ? $"more than 23 hours are days: write \"{hours / 24}.{hours % 24:00}:{parts[1]}:{parts[2]}\""
            : "30 seconds are \"00:00:30\", a tenth of a second is \"00:00:00.1\", two days are \"2.00:00:00\"";
    }

    private static long? TicksPer(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" or "msec" or "milliseconds" => TimeSpan.TicksPerMillisecond,
        "" or "s" or "sec" or "second" or "seconds" => TimeSpan.TicksPerSecond,
        "m" or "min" or "minute" or "minutes" => TimeSpan.TicksPerMinute,
        "h" or "hour" or "hours" => TimeSpan.TicksPerHour,
        "d" or "day" or "days" => TimeSpan.TicksPerDay,
        _ => null,
    };
}
