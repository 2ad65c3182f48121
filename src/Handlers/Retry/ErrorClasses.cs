using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Handlers.Retry;

/// <summary>
/// A list of failures as in <see cref="RetryOptions.RetryOn"/>, read once. Entries are separated by commas: names (<see cref="ErrorNames"/>), status codes
/// from 400 to 599 (<c>408</c>), classes (<c>5xx</c>), ranges (<c>500-504</c>). An entry that begins with a minus takes away, wherever it stands in the list.
/// </summary>
internal sealed class ErrorClasses
{
    public const string Syntax = "a list such as \"connection, timeout, 408, 5xx, 520-524, -503\"";

    private const int FirstStatus = 400;
    private const int LastStatus = 599;

    // 501 and 505 say that the same request will fail again; a class means what may succeed later. Named one by one or in a range they count.
    private static readonly int[] NeverInAClass = [501, 505];

    private static readonly (string Text, ErrorNames Name)[] Names =
    [
        ("connection", ErrorNames.Connection),
        ("timeout", ErrorNames.Timeout),
        ("read-timeout", ErrorNames.ReadTimeout),
        ("pool-timeout", ErrorNames.PoolTimeout),
        ("reset", ErrorNames.Reset),
        ("circuit-open", ErrorNames.CircuitOpen),
    ];

    private readonly ulong[] _statuses;

    private ErrorClasses(ErrorNames named, ulong[] statuses)
    {
        Named = named;
        _statuses = statuses;
    }

    /// <summary>The failures without a status code that the list names.</summary>
    public ErrorNames Named { get; }

    /// <summary>Reads a list; empty or <c>none</c> is the empty list.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ErrorClasses? classes, [NotNullWhen(false)] out string? error)
    {
        ErrorNames named = ErrorNames.None;
        ErrorNames unnamed = ErrorNames.None;
        ulong[] statuses = NoStatus();
        ulong[] excluded = NoStatus();
        classes = null;
        error = null;

        string[] entries = OptionText.IsNone(text) ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (string entry in entries)
        {
            bool minus = entry[0] == '-';
            string word = (minus ? entry[1..] : entry).Trim();

            if (TryName(word, out ErrorNames name))
            {
                (minus ? ref unnamed : ref named) |= name;
            }
            else if (!TryStatuses(word, minus ? excluded : statuses))
            {
                error = Unknown(entry, word);
                return false;
            }
        }

        for (int i = 0; i < statuses.Length; i++)
        {
            statuses[i] &= ~excluded[i];
        }

        classes = new ErrorClasses(named & ~unnamed, statuses);
        return true;
    }

    /// <summary>Reads a list that has been validated.</summary>
    public static ErrorClasses Parse(string text) =>
        TryParse(text, out ErrorClasses? classes, out string? error) ? classes : throw new FormatException($"\"{text}\": {error}.");

    public bool Contains(int status)
    {
        uint bit = (uint)(status - FirstStatus);
        return bit <= LastStatus - FirstStatus && (_statuses[bit >> 6] >> (int)(bit & 63) & 1) != 0;
    }

    public bool Contains(ErrorNames name) => (Named & name) != ErrorNames.None;

    private static ulong[] NoStatus() => new ulong[((LastStatus - FirstStatus) / 64) + 1];

    private static bool TryName(string word, out ErrorNames name)
    {
        foreach ((string text, ErrorNames known) in Names)
        {
            if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
            {
                name = known;
                return true;
            }
        }

        name = ErrorNames.None;
        return false;
    }

    private static bool TryStatuses(string word, ulong[] statuses)
    {
        if (word is [>= '4' and <= '5' and var digit, 'x' or 'X', 'x' or 'X'])
        {
            int first = (digit - '0') * 100;
            for (int status = first; status < first + 100; status++)
            {
                if (!NeverInAClass.Contains(status))
                {
                    Set(statuses, status);
                }
            }

            return true;
        }

        int dash = word.IndexOf('-', StringComparison.Ordinal);
        if (!TryStatus(dash < 0 ? word : word.AsSpan(0, dash), out int from) || !TryStatus(dash < 0 ? word : word.AsSpan(dash + 1), out int to) || from > to)
        {
            return false;
        }

        for (int status = from; status <= to; status++)
        {
            Set(statuses, status);
        }

        return true;
    }

    private static bool TryStatus(ReadOnlySpan<char> text, out int status) =>
        int.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out status) && status is >= FirstStatus and <= LastStatus;

    private static void Set(ulong[] statuses, int status) => statuses[(status - FirstStatus) >> 6] |= 1UL << ((status - FirstStatus) & 63);

    private static string Unknown(string entry, string word)
    {
        if (word.Length > 0 && char.IsAsciiDigit(word[0]))
        {
            return $"\"{entry}\" is no status code from {FirstStatus} to {LastStatus}, class such as \"5xx\", or range such as \"500-504\"";
        }

        string[] names = [.. Names.Select(known => known.Text)];
        string cure = Spelling.Closest(word, names) is { } close ? $"did you mean \"{close}\"?" : $"the names are {string.Join(", ", names)}";
        return $"\"{entry}\" is neither a status code nor a known name; {cure}";
    }
}
