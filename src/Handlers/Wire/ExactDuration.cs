namespace Handlers.Wire;

/// <summary>
/// A sum of decimal parts, kept exactly to 10⁻¹⁴ ns, so that it is rounded once: up, to 100 ns. It saturates at 584 years, which is beyond
/// <see cref="WireDuration.Longest"/>.
/// </summary>
internal readonly struct ExactDuration
{
    private const ulong NanosecondsPerSecond = 1_000_000_000;

    private readonly ulong nanoseconds;
    private readonly ulong finer;

    private ExactDuration(ulong nanoseconds, ulong finer)
    {
        this.nanoseconds = nanoseconds;
        this.finer = finer;
    }

    /// <summary>100 ns steps, rounded up.</summary>
    public long Ticks => (long)(nanoseconds / 100) + (nanoseconds % 100 != 0 || finer != 0 ? 1 : 0);

    /// <param name="number">How many of the unit.</param>
    /// <param name="unit">The unit in nanoseconds: a power of ten up to a second, or whole seconds up to a day; so nothing below exceeds 64 bits.</param>
    public static ExactDuration Of(DecimalText number, ulong unit)
    {
        if (Math.BigMul(number.Whole, unit, out ulong nanoseconds) != 0)
        {
            return new ExactDuration(ulong.MaxValue, 0);
        }

        if (number.Fraction == 0)
        {
            return new ExactDuration(nanoseconds, 0);
        }

        ulong power = Math.Min(unit, NanosecondsPerSecond);
        ulong divisor = DecimalText.FractionScale / power;
        (ulong whole, ulong rest) = Math.DivRem(number.Fraction * (unit / power), divisor);
        return new ExactDuration(nanoseconds, 0).Plus(new ExactDuration(whole, rest * power));
    }

    public ExactDuration Plus(ExactDuration other)
    {
        ulong fine = finer + other.finer;
        ulong carry = fine >= DecimalText.FractionScale ? 1UL : 0;
        ulong sum = nanoseconds + other.nanoseconds + carry;
        return sum < nanoseconds ? new ExactDuration(ulong.MaxValue, 0) : new ExactDuration(sum, fine - (carry * DecimalText.FractionScale));
    }
}
