namespace Handlers.Wire;

/// <summary>
/// An unsigned decimal number as it stands in a header: digits, at will a point and more digits. It takes any number of digits: what is too large
/// saturates, because a well-formed huge wait must stay huge, and what is too fine is rounded up, because a wait must never come out shorter.
/// </summary>
internal readonly struct DecimalText
{
    /// <summary>What <see cref="Fraction"/> counts: 10⁻¹⁴.</summary>
    public const ulong FractionScale = 100_000_000_000_000;

    private const int FractionDigits = 14;

    private DecimalText(ulong whole, ulong fraction)
    {
        Whole = whole;
        Fraction = fraction;
    }

    /// <summary>The digits before the point; <see cref="ulong.MaxValue"/> stands for "that or more".</summary>
    public ulong Whole { get; }

    /// <summary>The digits behind the point, rounded up to <see cref="FractionScale"/>.</summary>
    public ulong Fraction { get; }

    /// <summary>Reads the number <paramref name="text"/> begins with; <paramref name="length"/> is the number of characters it takes up.</summary>
    public static bool TryRead(ReadOnlySpan<char> text, out DecimalText number, out int length)
    {
        ulong whole = 0;
        int at = 0;
        for (; at < text.Length && char.IsAsciiDigit(text[at]); at++)
        {
            whole = whole > (ulong.MaxValue - 9) / 10 ? ulong.MaxValue : (whole * 10) + (ulong)(text[at] - '0');
        }

        length = at;
        number = new DecimalText(whole, 0);
        if (at == 0)
        {
            return false;
        }

        if (at + 1 < text.Length && text[at] == '.' && char.IsAsciiDigit(text[at + 1]))
        {
            number = new DecimalText(whole, ReadFraction(text[(at + 1)..], out int digits));
            length = at + 1 + digits;
        }

        return true;
    }

    /// <summary>As <see cref="TryRead"/>, when nothing but the number is expected; spaces and tabs around it are no part of a field value.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out DecimalText number)
    {
        text = HeaderLines.Trim(text);
        return TryRead(text, out number, out int length) && length == text.Length;
    }

    private static ulong ReadFraction(ReadOnlySpan<char> text, out int digits)
    {
        ulong value = 0;
        bool finer = false;
        for (digits = 0; digits < text.Length && char.IsAsciiDigit(text[digits]); digits++)
        {
            if (digits < FractionDigits)
            {
                value = (value * 10) + (ulong)(text[digits] - '0');
            }
            else
            {
                finer |= text[digits] != '0';
            }
        }

        for (int missing = digits; missing < FractionDigits; missing++)
        {
            value *= 10;
        }

        return finer ? value + 1 : value;
    }
}
