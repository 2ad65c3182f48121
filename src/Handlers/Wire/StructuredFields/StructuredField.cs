using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Handlers.Wire.StructuredFields;

/// <summary>
/// Structured fields, RFC 9651: parse and serialise whole field values. A field in several lines is one value, the lines joined by <c>", "</c>
/// (<c>HeaderStringValues.ToString()</c> does that). Malformed input is false and never an exception; by the RFC the field is then as good as absent.
/// </summary>
internal static class StructuredField
{
    public static bool TryParseItem(ReadOnlySpan<char> field, [NotNullWhen(true)] out SfItem? item)
    {
        SfParser parser = new(field);
        if (parser.TryParseItem(out item) && parser.AtEnd)
        {
            return true;
        }

        item = null;
        return false;
    }

    /// <summary>An empty value is an empty list.</summary>
    public static bool TryParseList(ReadOnlySpan<char> field, [NotNullWhen(true)] out List<SfMember>? members)
    {
        List<SfMember> parsed = [];
        members = new SfParser(field).TryParseList(parsed) ? parsed : null;
        return members is not null;
    }

    /// <summary>An empty value is an empty dictionary. A key that comes twice keeps its first place and takes the last value.</summary>
    public static bool TryParseDictionary(ReadOnlySpan<char> field, [NotNullWhen(true)] out OrderedDictionary<string, SfMember>? members)
    {
        OrderedDictionary<string, SfMember> parsed = new(StringComparer.Ordinal);
        members = new SfParser(field).TryParseDictionary(parsed) ? parsed : null;
        return members is not null;
    }

    /// <summary>A bare value, such as the quoted String of <c>Idempotency-Key</c>.</summary>
    public static bool TrySerialize(SfBareItem value, [NotNullWhen(true)] out string? field)
    {
        if (value.Kind == SfKind.String && SfGrammar.IsPlain(value.Text))
        {
            field = $"\"{value.Text}\"";
            return true;
        }

        StringBuilder output = new();
        return Finish(SfSerializer.TryAppendBareItem(output, value), output, out field);
    }

    public static bool TrySerialize(SfItem item, [NotNullWhen(true)] out string? field)
    {
        StringBuilder output = new();
        return Finish(SfSerializer.TryAppendMember(output, item), output, out field);
    }

    /// <summary>Gives <c>""</c> for an empty list: leave the field out then.</summary>
    public static bool TrySerialize(IReadOnlyList<SfMember> members, [NotNullWhen(true)] out string? field)
    {
        StringBuilder output = new();
        return Finish(SfSerializer.TryAppendList(output, members), output, out field);
    }

    /// <summary>Gives <c>""</c> for an empty dictionary: leave the field out then.</summary>
    public static bool TrySerialize(OrderedDictionary<string, SfMember> members, [NotNullWhen(true)] out string? field)
    {
        StringBuilder output = new();
        return Finish(SfSerializer.TryAppendDictionary(output, members), output, out field);
    }

    private static bool Finish(bool complete, StringBuilder output, [NotNullWhen(true)] out string? field)
    {
        field = complete ? output.ToString() : null;
        return complete;
    }
}
