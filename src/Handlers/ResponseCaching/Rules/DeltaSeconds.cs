namespace Handlers.ResponseCaching;

/// <summary>Non-negative whole seconds as RFC 9111 §1.2.2 writes them.</summary>
internal static class DeltaSeconds
{
    /// <summary>Stands for a value that was not given.</summary>
    public const long None = -1;

    /// <summary>What a larger value counts as: 2³¹, about 68 years.</summary>
    public const long Max = 1L << 31;

    public static bool TryParse(ReadOnlySpan<char> text, out long seconds)
    {
        seconds = 0;
        foreach (char digit in text)
        {
            if (!char.IsAsciiDigit(digit))
            {
                return false;
            }

            seconds = Math.Min(Max, (seconds * 10) + (digit - '0'));
        }

        return !text.IsEmpty;
    }

    /// <summary>The smaller of two values of which either may be missing.</summary>
    public static long Smaller(long a, long b) => a == None ? b : b == None ? a : Math.Min(a, b);
}
