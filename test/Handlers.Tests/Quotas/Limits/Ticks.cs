using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>A limit used by hand, at ticks that the test names.</summary>
internal static class Ticks
{
    public const long Second = TimeSpan.TicksPerSecond;

    public static long At(double seconds) => (long)Math.Round(seconds * Second);

    public static TimeSpan Seconds(double seconds) => TimeSpan.FromTicks(At(seconds));

    /// <summary>An attempt that is answered when it leaves.</summary>
    public static void Count(this Limit limit, long amount, long at)
    {
        limit.Take(amount, at, Limit.Never);
        limit.Settle(amount, amount, Answered(at, at));
    }

    /// <summary>Nothing was known about ways: it was counted when its answer came.</summary>
    public static Counting Answered(long leftAt, long at) => new(leftAt, at, at);

    /// <summary>It was counted when it left, and its answer came in time.</summary>
    public static Counting Foreseen(long leftAt, long at) => new(leftAt, at, at, Foreseen: true);

    /// <summary>It was counted when it left, and took longer than foreseen.</summary>
    public static Counting Late(long leftAt, long at, long by) => new(leftAt, at, by, Foreseen: true, IsLate: true);
}
