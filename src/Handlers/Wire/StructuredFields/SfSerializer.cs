using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Handlers.Wire.StructuredFields;

/// <summary>The serialising algorithms of RFC 9651 §4.1, a method each; false when a value can't be put on the wire.</summary>
internal static class SfSerializer
{
    private static readonly SearchValues<char> QuotedInString = SearchValues.Create("\"\\");

    // §4.1.1
    public static bool TryAppendList(StringBuilder output, IEnumerable<SfMember> members)
    {
        string separator = "";
        foreach (SfMember member in members)
        {
            output.Append(separator);
            separator = ", ";
            if (!TryAppendMember(output, member))
            {
                return false;
            }
        }

        return true;
    }

    // §4.1.2
    public static bool TryAppendDictionary(StringBuilder output, IEnumerable<KeyValuePair<string, SfMember>> members)
    {
        string separator = "";
        foreach ((string key, SfMember member) in members)
        {
            output.Append(separator);
            separator = ", ";
            bool isTrue = member is SfItem { Value: { Kind: SfKind.Boolean, Boolean: true } };
            if (!TryAppendKey(output, key)
                || !(isTrue ? TryAppendParameters(output, member.Parameters) : TryAppendMember(output.Append('='), member)))
            {
                return false;
            }
        }

        return true;
    }

    public static bool TryAppendMember(StringBuilder output, SfMember member) => member switch
    {
        SfItem item => TryAppendBareItem(output, item.Value) && TryAppendParameters(output, item.Parameters),
        SfInnerList list => TryAppendInnerList(output, list),
        _ => false,
    };

    // §4.1.3.1
    public static bool TryAppendBareItem(StringBuilder output, SfBareItem value) => value.Kind switch
    {
        SfKind.Integer => TryAppendInteger(output, value.Integer),
        SfKind.Decimal => TryAppendDecimal(output, value.Decimal),
        SfKind.String => TryAppendString(output, value.Text),
        SfKind.Token => TryAppendToken(output, value.Text),
        SfKind.ByteSequence => TryAppendByteSequence(output, value.Bytes.Span),
        SfKind.Boolean => TryAppendBoolean(output, value.Boolean),
        SfKind.Date => TryAppendInteger(output.Append('@'), value.Integer),
        SfKind.DisplayString => TryAppendDisplayString(output, value.Text),
        _ => false,
    };

    // §4.1.1.1
    private static bool TryAppendInnerList(StringBuilder output, SfInnerList list)
    {
        output.Append('(');
        string separator = "";
        foreach (SfItem item in list.Items)
        {
            output.Append(separator);
            separator = " ";
            if (!TryAppendMember(output, item))
            {
                return false;
            }
        }

        output.Append(')');
        return TryAppendParameters(output, list.Parameters);
    }

    // §4.1.1.2
    private static bool TryAppendParameters(StringBuilder output, SfParameters parameters)
    {
        foreach ((string key, SfBareItem value) in parameters)
        {
            output.Append(';');
            bool isTrue = value is { Kind: SfKind.Boolean, Boolean: true };
            if (!TryAppendKey(output, key) || (!isTrue && !TryAppendBareItem(output.Append('='), value)))
            {
                return false;
            }
        }

        return true;
    }

    // §4.1.1.3
    private static bool TryAppendKey(StringBuilder output, string key)
    {
        output.Append(key);
        return key.Length > 0 && SfGrammar.KeyLength(key) == key.Length;
    }

    // §4.1.4
    private static bool TryAppendInteger(StringBuilder output, long value)
    {
        output.Append(CultureInfo.InvariantCulture, $"{value}");
        return value is >= -SfGrammar.MaxInteger and <= SfGrammar.MaxInteger;
    }

    // §4.1.5. Half to even, and only then is the length of the whole part counted: 999999999999.9995 has become too long.
    private static bool TryAppendDecimal(StringBuilder output, decimal value)
    {
        decimal rounded = Math.Round(value, SfGrammar.MaxDecimalFractionDigits, MidpointRounding.ToEven);
        output.Append(CultureInfo.InvariantCulture, $"{rounded:0.0##}");
        return Math.Abs(rounded) < 1_000_000_000_000;
    }

    // §4.1.6
    private static bool TryAppendString(StringBuilder output, string value)
    {
        if (!SfGrammar.IsPrintable(value))
        {
            return false;
        }

        output.Append('"');
        ReadOnlySpan<char> rest = value;
        for (int at; (at = rest.IndexOfAny(QuotedInString)) >= 0; rest = rest[(at + 1)..])
        {
            output.Append(rest[..at]).Append('\\').Append(rest[at]);
        }

        output.Append(rest).Append('"');
        return true;
    }

    // §4.1.7
    private static bool TryAppendToken(StringBuilder output, string value)
    {
        output.Append(value);
        return value.Length > 0 && SfGrammar.TokenLength(value) == value.Length;
    }

    // §4.1.8
    private static bool TryAppendByteSequence(StringBuilder output, ReadOnlySpan<byte> bytes)
    {
        output.Append(':').Append(Convert.ToBase64String(bytes)).Append(':');
        return true;
    }

    // §4.1.9
    private static bool TryAppendBoolean(StringBuilder output, bool value)
    {
        output.Append(value ? "?1" : "?0");
        return true;
    }

    // §4.1.11. A lone surrogate is no Unicode text.
    private static bool TryAppendDisplayString(StringBuilder output, string value)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetMaxByteCount(value.Length)];
        if (Utf8.FromUtf16(value, utf8, out _, out int count, replaceInvalidSequences: false) != OperationStatus.Done)
        {
            return false;
        }

        output.Append("%\"");
        foreach (byte octet in utf8.AsSpan(0, count))
        {
            if (octet is (byte)'%' or (byte)'"' or < 0x20 or > 0x7E)
            {
                output.Append(CultureInfo.InvariantCulture, $"%{octet:x2}");
            }
            else
            {
                output.Append((char)octet);
            }
        }

        output.Append('"');
        return true;
    }
}
