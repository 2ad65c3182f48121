using System.Globalization;
using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>What a Range asks of a complete representation (RFC 9110 §14).</summary>
/// <param name="Kind">What to do.</param>
/// <param name="From">The first byte.</param>
/// <param name="Length">How many bytes; never 0 for <see cref="RangeKind.Slice"/>.</param>
internal readonly record struct RangeSlice(RangeKind Kind, int From = 0, int Length = 0)
{
    private const string Unit = "bytes";

    /// <summary>Reads a Range field for a body of a known size.</summary>
    /// <param name="range">The field, or null.</param>
    /// <param name="size">The body's size.</param>
    public static RangeSlice Of(string? range, int size)
    {
        ReadOnlySpan<char> text = HeaderLines.Trim(range);
        int equals = text.IndexOf('=');
        if (equals < 0 || !HeaderLines.Trim(text[..equals]).Equals(Unit, StringComparison.OrdinalIgnoreCase))
        {
            // §14.2: an unknown unit, or none, is ignored.
            return new RangeSlice(RangeKind.Whole);
        }

        ReadOnlySpan<char> spec = HeaderLines.Trim(text[(equals + 1)..]);
        if (spec.Contains(','))
        {
            return new RangeSlice(RangeKind.Several);
        }

        int dash = spec.IndexOf('-');
        if (dash < 0)
        {
            return new RangeSlice(RangeKind.Whole);
        }

        ReadOnlySpan<char> first = spec[..dash];
        ReadOnlySpan<char> last = spec[(dash + 1)..];
        if (first.IsEmpty)
        {
            return DeltaSeconds.TryParse(last, out long suffix) ? Suffix(suffix, size) : new RangeSlice(RangeKind.Whole);
        }

        long to = long.MaxValue;
        if (!DeltaSeconds.TryParse(first, out long from) || (!last.IsEmpty && !DeltaSeconds.TryParse(last, out to)) || to < from)
        {
            return new RangeSlice(RangeKind.Whole);
        }

        return from >= size
            ? new RangeSlice(RangeKind.Unsatisfiable)
            : new RangeSlice(RangeKind.Slice, (int)from, (int)(Math.Min(to, size - 1L) - from + 1));
    }

    /// <summary>Whether a field value is a well-formed content range of a part, such as <c>bytes 0-4/10</c>.</summary>
    public static bool IsContentRange(string? field)
    {
        ReadOnlySpan<char> text = HeaderLines.Trim(field);
        int slash = text.IndexOf('/');
        if (!text.StartsWith(Unit + " ", StringComparison.OrdinalIgnoreCase) || slash < 0)
        {
            return false;
        }

        ReadOnlySpan<char> span = HeaderLines.Trim(text[Unit.Length..slash]);
        int dash = span.IndexOf('-');
        return dash > 0 && DeltaSeconds.TryParse(span[..dash], out _) && DeltaSeconds.TryParse(span[(dash + 1)..], out _);
    }

    public string ContentRange(int size) => Kind == RangeKind.Slice
        ? string.Create(CultureInfo.InvariantCulture, $"{Unit} {From}-{From + Length - 1}/{size}")
        : string.Create(CultureInfo.InvariantCulture, $"{Unit} */{size}");

    private static RangeSlice Suffix(long suffix, int size)
    {
        int length = (int)Math.Min(suffix, size);
        return length == 0 ? new RangeSlice(RangeKind.Unsatisfiable) : new RangeSlice(RangeKind.Slice, size - length, length);
    }
}
