namespace Handlers.Wire;

/// <summary>
/// An unsigned decimal number as it stands in a header: digits, at will a point and more digits. It takes any number of digits: what is too large
/// saturates, because a well-formed huge wait must stay huge, and what is too fine is rounded up, because a wait must never come out shorter.
/// </summary>
internal readonly struct DecimalText
{
    // One unit of the sums below is 10⁻¹⁵ ns. A UInt128 holds 10⁷ years of them, so components can be added exactly and rounded once.
    private const ulong FractionScale = 1_000_000_000_000_000;
    private const ulong UnitsPerTick = 100 * FractionScale;
    private const int FractionDigits = 15;

    private static readonly UInt128 CeilingInNanoseconds = 900 * (UInt128)1_000_000_000_000_000_000;

    private readonly ulong fraction;

    private DecimalText(ulong whole, ulong fraction)
    {
        Whole = whole;
        this.fraction = fraction;
    }

    /// <summary>The sum no duration exceeds, in units of 10⁻¹⁵ ns: 28,500 years, just under what ticks can hold.</summary>
    public static UInt128 Ceiling { get; } = CeilingInNanoseconds * FractionScale;

    /// <summary>The digits before the point; <see cref="ulong.MaxValue"/> stands for "that or more".</summary>
    public ulong Whole { get; }

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
        text = text.Trim(" \t");
        return TryRead(text, out number, out int length) && length == text.Length;
    }

    /// <summary>100 ns steps, rounded up.</summary>
    public static long ToTicks(UInt128 sum) => (long)((sum + UnitsPerTick - 1) / UnitsPerTick);

    /// <summary>This many of a unit of time, in 10⁻¹⁵ ns and at most <see cref="Ceiling"/>.</summary>
    public UInt128 Times(ulong nanosecondsPerUnit)
    {
        UInt128 nanoseconds = (UInt128)Whole * nanosecondsPerUnit;
        return nanoseconds >= CeilingInNanoseconds
            ? Ceiling
            : (nanoseconds * FractionScale) + ((UInt128)fraction * nanosecondsPerUnit);
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
