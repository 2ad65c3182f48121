namespace Handlers.Wire;

/// <summary>
/// Resets given as Unix time. The unit is told by the magnitude (10¹¹ s is 5138), so a server that sends milliseconds where seconds are documented is
/// understood. Before 1980 a number is no instant: it is a delay, or nothing (test clocks begin in 2000). Instants after 2554 read as that year.
/// </summary>
internal static class EpochInstant
{
    private const ulong Earliest = 315_532_800; // 1980
    private const ulong FirstMillisecond = 100_000_000_000;
    private const ulong FirstMicrosecond = 100_000_000_000_000;
    private const ulong FirstNanosecond = 100_000_000_000_000_000;

    /// <param name="text">The raw value; a fraction is taken and rounded up to 100 ns.</param>
    /// <param name="documented">The unit the provider documents.</param>
    /// <param name="instant">The instant, in UTC.</param>
    /// <param name="otherUnit">True when the value was in another unit than the documented one.</param>
    public static bool TryParse(ReadOnlySpan<char> text, EpochUnit documented, out DateTimeOffset instant, out bool otherUnit)
    {
        instant = default;
        otherUnit = false;
        if (!DecimalText.TryParse(text, out DecimalText number) || number.Whole is < Earliest or ulong.MaxValue)
        {
            return false;
        }

        (EpochUnit unit, ulong nanoseconds) = number.Whole switch
        {
            < FirstMillisecond => (EpochUnit.Seconds, 1_000_000_000UL),
            < FirstMicrosecond => (EpochUnit.Milliseconds, 1_000_000UL),
            < FirstNanosecond => (EpochUnit.Microseconds, 1_000UL),
            _ => (EpochUnit.Nanoseconds, 1UL),
        };
        instant = DateTimeOffset.UnixEpoch.AddTicks(ExactDuration.Of(number, nanoseconds).Ticks);
        otherUnit = unit != documented;
        return true;
    }
}
