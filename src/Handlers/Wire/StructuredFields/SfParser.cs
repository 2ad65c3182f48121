using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Unicode;

namespace Handlers.Wire.StructuredFields;

/// <summary>
/// The parsing algorithms of RFC 9651 §4.2, a method each. The grammar nests twice at most (inner list, parameters), every character is consumed
/// once, and each method fails by returning false with the rest of the input in no particular state.
/// </summary>
internal ref struct SfParser(ReadOnlySpan<char> field)
{
    // Only SP goes around the whole field and inside it; HTAB is white space next to the commas of a List or Dictionary alone.
    private ReadOnlySpan<char> rest = field.Trim(' ');

    /// <summary>Nothing is left over: the last step of §4.2.</summary>
    public readonly bool AtEnd => rest.IsEmpty;

    // §4.2.1
    public bool TryParseList(List<SfMember> members)
    {
        while (!rest.IsEmpty)
        {
            if (!TryParseMember(out SfMember? member))
            {
                return false;
            }

            members.Add(member);
            if (!TrySkipComma())
            {
                return false;
            }
        }

        return true;
    }

    // §4.2.2
    public bool TryParseDictionary(OrderedDictionary<string, SfMember> members)
    {
        while (!rest.IsEmpty)
        {
            if (!TryParseKey(out string? key))
            {
                return false;
            }

            SfMember? member;
            if (TryConsume('='))
            {
                if (!TryParseMember(out member))
                {
                    return false;
                }
            }
            else if (TryParseParameters(out SfParameters? parameters))
            {
                member = new SfItem(SfBareItem.OfBoolean(true), parameters);
            }
            else
            {
                return false;
            }

            members[key] = member; // a key seen before keeps its place
            if (!TrySkipComma())
            {
                return false;
            }
        }

        return true;
    }

    // §4.2.3
    public bool TryParseItem([NotNullWhen(true)] out SfItem? item)
    {
        item = TryParseBareItem(out SfBareItem value) && TryParseParameters(out SfParameters? parameters) ? new SfItem(value, parameters) : null;
        return item is not null;
    }

    // Steps 2.2 to 2.6 of §4.2.1: to the next member, or to the end. A comma with nothing behind it fails.
    private bool TrySkipComma()
    {
        SkipOptionalWhitespace();
        if (rest.IsEmpty)
        {
            return true;
        }

        if (!TryConsume(','))
        {
            return false;
        }

        SkipOptionalWhitespace();
        return !rest.IsEmpty;
    }

    // §4.2.1.1
    private bool TryParseMember([NotNullWhen(true)] out SfMember? member)
    {
        if (rest.StartsWith('('))
        {
            return TryParseInnerList(out member);
        }

        bool parsed = TryParseItem(out SfItem? item);
        member = item;
        return parsed;
    }

    // §4.2.1.2
    private bool TryParseInnerList([NotNullWhen(true)] out SfMember? innerList)
    {
        innerList = null;
        rest = rest[1..];
        List<SfItem> items = [];
        while (true)
        {
            SkipSpaces();
            if (TryConsume(')'))
            {
                innerList = TryParseParameters(out SfParameters? parameters) ? new SfInnerList(items, parameters) : null;
                return innerList is not null;
            }

            if (!TryParseItem(out SfItem? item) || rest.IsEmpty || rest[0] is not (' ' or ')'))
            {
                return false;
            }

            items.Add(item);
        }
    }

    // §4.2.3.1
    private bool TryParseBareItem(out SfBareItem value)
    {
        value = default;
        if (rest.IsEmpty)
        {
            return false;
        }

        return rest[0] switch
        {
            '-' or (>= '0' and <= '9') => TryParseNumber(out value),
            '"' => TryParseString(out value),
            ':' => TryParseByteSequence(out value),
            '?' => TryParseBoolean(out value),
            '@' => TryParseDate(out value),
            '%' => TryParseDisplayString(out value),
            _ => TryParseToken(out value),
        };
    }

    // §4.2.3.2
    private bool TryParseParameters([NotNullWhen(true)] out SfParameters? parameters)
    {
        parameters = SfParameters.None;
        if (!rest.StartsWith(';'))
        {
            return true;
        }

        OrderedDictionary<string, SfBareItem> entries = new(StringComparer.Ordinal);
        while (TryConsume(';'))
        {
            SkipSpaces();
            SfBareItem value = SfBareItem.OfBoolean(true);
            if (!TryParseKey(out string? key) || (TryConsume('=') && !TryParseBareItem(out value)))
            {
                parameters = null;
                return false;
            }

            entries[key] = value;
        }

        parameters = new SfParameters(entries);
        return true;
    }

    // §4.2.3.3
    private bool TryParseKey([NotNullWhen(true)] out string? key)
    {
        int length = SfGrammar.KeyLength(rest);
        key = length > 0 ? Take(length).ToString() : null;
        return key is not null;
    }

    // §4.2.4
    private bool TryParseNumber(out SfBareItem value)
    {
        value = default;
        int sign = TryConsume('-') ? -1 : 1;
        int wholeDigits = DigitCount(rest);
        if (wholeDigits is 0 or > SfGrammar.MaxIntegerDigits)
        {
            return false;
        }

        long whole = ToInt64(Take(wholeDigits));
        if (!TryConsume('.'))
        {
            value = SfBareItem.OfInteger(sign * whole);
            return true;
        }

        int fractionDigits = DigitCount(rest);
        if (wholeDigits > SfGrammar.MaxDecimalWholeDigits || fractionDigits is 0 or > SfGrammar.MaxDecimalFractionDigits)
        {
            return false;
        }

        decimal fraction = new((int)ToInt64(Take(fractionDigits)), 0, 0, isNegative: false, (byte)fractionDigits);
        value = SfBareItem.OfDecimal(sign * (whole + fraction));
        return true;
    }

    // §4.2.5
    private bool TryParseString(out SfBareItem value)
    {
        value = default;
        rest = rest[1..];
        StringBuilder? unescaped = null;
        while (true)
        {
            int length = rest.IndexOfAny('"', '\\');
            if (length < 0)
            {
                return false;
            }

            ReadOnlySpan<char> plain = Take(length);
            if (!SfGrammar.IsPrintable(plain))
            {
                return false;
            }

            if (TryConsume('"'))
            {
                value = SfBareItem.OfString(unescaped is null ? plain.ToString() : unescaped.Append(plain).ToString());
                return true;
            }

            if (rest.Length < 2 || rest[1] is not ('"' or '\\'))
            {
                return false;
            }

            (unescaped ??= new StringBuilder()).Append(plain).Append(rest[1]);
            rest = rest[2..];
        }
    }

    // §4.2.6
    private bool TryParseToken(out SfBareItem value)
    {
        int length = SfGrammar.TokenLength(rest);
        value = length > 0 ? SfBareItem.OfToken(Take(length).ToString()) : default;
        return length > 0;
    }

    // §4.2.7
    private bool TryParseByteSequence(out SfBareItem value)
    {
        value = default;
        rest = rest[1..];
        int length = rest.IndexOf(':');
        if (length < 0 || !SfBase64.TryDecode(Take(length), out byte[] bytes))
        {
            return false;
        }

        rest = rest[1..];
        value = SfBareItem.OfBytes(bytes);
        return true;
    }

    // §4.2.8
    private bool TryParseBoolean(out SfBareItem value)
    {
        rest = rest[1..];
        bool isTrue = TryConsume('1');
        value = SfBareItem.OfBoolean(isTrue);
        return isTrue || TryConsume('0');
    }

    // §4.2.9
    private bool TryParseDate(out SfBareItem value)
    {
        value = default;
        rest = rest[1..];
        if (!TryParseNumber(out SfBareItem number) || number.Kind != SfKind.Integer)
        {
            return false;
        }

        value = SfBareItem.OfDate(number.Integer);
        return true;
    }

    // §4.2.10. A quote inside is written %22, so the first one ends the string.
    private bool TryParseDisplayString(out SfBareItem value)
    {
        value = default;
        rest = rest[1..];
        if (!TryConsume('"') || rest.IndexOf('"') is var length && length < 0)
        {
            return false;
        }

        ReadOnlySpan<char> encoded = Take(length);
        rest = rest[1..];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            if (!SfGrammar.IsPrintable(encoded) || !TryPercentDecode(encoded, buffer, out int count) || !Utf8.IsValid(buffer.AsSpan(0, count)))
            {
                return false;
            }

            value = SfBareItem.OfDisplayString(Encoding.UTF8.GetString(buffer, 0, count));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool TryPercentDecode(ReadOnlySpan<char> encoded, Span<byte> bytes, out int count)
    {
        count = 0;
        for (int at = 0; at < encoded.Length; at++)
        {
            char c = encoded[at];
            if (c == '%')
            {
                // Lower case alone: one text, one form.
                if (at + 2 >= encoded.Length || !char.IsAsciiHexDigitLower(encoded[at + 1]) || !char.IsAsciiHexDigitLower(encoded[at + 2]))
                {
                    return false;
                }

                c = (char)((HexValue(encoded[at + 1]) << 4) | HexValue(encoded[at + 2]));
                at += 2;
            }

            bytes[count++] = (byte)c;
        }

        return true;
    }

    private static int HexValue(char digit) => digit <= '9' ? digit - '0' : digit - 'a' + 10;

    private static int DigitCount(ReadOnlySpan<char> text)
    {
        int length = text.IndexOfAnyExceptInRange('0', '9');
        return length < 0 ? text.Length : length;
    }

    private static long ToInt64(ReadOnlySpan<char> digits)
    {
        long value = 0;
        foreach (char digit in digits)
        {
            value = (value * 10) + (digit - '0');
        }

        return value;
    }

    private void SkipSpaces() => rest = rest.TrimStart(' ');

    private void SkipOptionalWhitespace() => rest = rest.TrimStart(" \t");

    private bool TryConsume(char expected)
    {
        bool found = rest.StartsWith(expected);
        rest = found ? rest[1..] : rest;
        return found;
    }

    private ReadOnlySpan<char> Take(int length)
    {
        ReadOnlySpan<char> taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
