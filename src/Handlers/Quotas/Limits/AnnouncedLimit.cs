namespace Handlers.Quotas;

/// <summary>A limit that the provider's answers announce. What they say is the truth; between two answers our own sums go on from the last one.</summary>
/// <remarks>
/// Answers come out of order, and an answer does not say which attempts it has counted. Those that are still under way may not be in it, so what is left is at
/// most what it says less what is under way; and within a window never more than an earlier answer left.
/// </remarks>
internal abstract class AnnouncedLimit(LimitSpec spec, long born) : Limit(spec)
{
    // Resets that are reckoned with a server date may be a second off at either end.
    private static readonly TimeSpan DateResolution = TimeSpan.FromSeconds(2);

    /// <summary>What is left to others: a part of the capacity that is never taken.</summary>
    public long Margin { get; private set; }

    public override long Capacity => Math.Max(1, Full - Margin);

    /// <summary>The window that answers name, which tells limits of one unit apart; infinite while none has named one.</summary>
    public TimeSpan NamedWindow { get; private set; } = Timeout.InfiniteTimeSpan;

    /// <summary>When it was announced first.</summary>
    protected long Born { get; } = born;

    private long _heard = born;

    /// <summary>Taken by attempts that have not been answered.</summary>
    protected long Open { get; set; }

    /// <summary>The whole limit, others' share included.</summary>
    protected abstract long Full { get; }

    /// <summary>A limit as an answer announces it; null when it does not say enough to pace by.</summary>
    public static AnnouncedLimit? From(in QuotaObservation seen, long now)
    {
        if (seen.Limit is <= 0 or > LimitSpec.MaxAmount || seen.Remaining < 0)
        {
            return null;
        }

        TimeSpan period = seen.Window != Timeout.InfiniteTimeSpan ? seen.Window : seen.Reset;
        if (seen.Meaning == ResetMeaning.TimeUntilFull)
        {
            // Without a window the rate follows from the resets; until they tell, a limit is one per minute.
            TimeSpan window = seen.Window > TimeSpan.Zero ? seen.Window : TimeSpan.FromMinutes(1);
            return new AnnouncedBucket(LimitSpec.Bucket(seen.Limit, WholeSeconds(window), seen.Limit, seen.Unit), now);
        }

        return period <= TimeSpan.Zero ? null : new AnnouncedWindow(LimitSpec.Window(seen.Limit, WholeSeconds(period), seen.Unit), now);
    }

    /// <summary>Whether an observation is about a limit of this unit and kind.</summary>
    public bool Counts(in QuotaObservation seen) => seen.Unit == Unit && seen.Meaning == ResetMeaning.TimeUntilFull == this is AnnouncedBucket;

    /// <summary>Whether it may be about this one, though the two don't name the same window: one of them names none, and the reset lies within the other's.</summary>
    public bool MaySpeak(in QuotaObservation seen) =>
        NamedWindow == Timeout.InfiniteTimeSpan
        || (seen.Window == Timeout.InfiniteTimeSpan && (seen.Meaning == ResetMeaning.TimeUntilFull || seen.Reset <= NamedWindow + DateResolution));

    /// <summary>It was named once, and not for long: where answers name others of its kind meanwhile, there is no such window any more.</summary>
    public bool IsUnheard(long now) => NamedWindow != Timeout.InfiniteTimeSpan && now - _heard > Math.Max(2 * Spec.Period.Ticks, TimeSpan.TicksPerMinute);

    /// <summary>Attempts that left before the limit was known, and may be counted after the answer that announced it.</summary>
    public abstract void Foresee(long amount);

    /// <summary>Takes over what an answer says. Its own attempt has been settled.</summary>
    /// <param name="seen">The answer's word.</param>
    /// <param name="takenAt">When its attempt left.</param>
    /// <param name="margin">The share to be left unused, in percent.</param>
    /// <param name="now">Now.</param>
    public void Learn(in QuotaObservation seen, long takenAt, double margin, long now)
    {
        _heard = now;
        TimeSpan period = Spec.Period;
        if (seen.Window > TimeSpan.Zero && seen.Window != NamedWindow)
        {
            NamedWindow = seen.Window;
            period = WholeSeconds(seen.Window);
        }

        long limit = seen.Limit is > 0 and <= LimitSpec.MaxAmount ? seen.Limit : Full;
        if (limit != Full || period != Spec.Period)
        {
            Resize(limit, period, now);
        }

        Margin = (long)Math.Ceiling(Full * margin / 100);
        if (seen.Remaining >= 0)
        {
            Correct(seen.Reset <= LimitSpec.MaxPeriod ? seen : seen with { Reset = LimitSpec.MaxPeriod }, takenAt, now);
        }
    }

    protected abstract void Resize(long limit, TimeSpan period, long now);

    protected abstract void Correct(in QuotaObservation seen, long takenAt, long now);

    protected static TimeSpan WholeSeconds(TimeSpan period) => TimeSpan.FromSeconds(Math.Clamp(Math.Ceiling(period.TotalSeconds), 1, LimitSpec.MaxPeriod.TotalSeconds));
}
