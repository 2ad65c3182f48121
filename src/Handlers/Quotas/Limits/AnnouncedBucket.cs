namespace Handlers.Quotas;

/// <summary>A refilling bucket whose level the provider announces, with the time until it will be full, from which its rate follows.</summary>
/// <remarks>
/// Our own level counts everything that has left. An answer says what is left at the provider, but not which attempts it has counted: all that left a while before
/// its own one did, and none that has not left yet. So the truth lies between what it says, and that less all that left since; our level is moved there, up or down.
/// Up is how a provider's refunds come back; see docs/decisions/estimate-reserve.md.
/// <para>
/// The level is announced in whole units: what is missing lies between one less than the difference and the difference. Each answer so bounds the rate from both
/// sides, the closer the emptier the bucket is; the documented rate holds inside of the bounds.
/// </para>
/// </remarks>
internal sealed class AnnouncedBucket(LimitSpec spec, long now) : AnnouncedLimit(spec, now)
{
    /// <summary>By so much ways to the provider may differ: who left so much earlier has arrived earlier.</summary>
    private static readonly long Transit = TimeSpan.FromMilliseconds(250).Ticks;

    private static readonly long Grid = Transit / 4;

    private double _level = spec.Burst;
    private long _levelAt = now;
    private double _lowRate;
    private double _highRate = double.PositiveInfinity;

    // Attempts that left before the limit was known: by number.
    private long _foreseen;

    // By departure, what is not known to have been counted: all that left after _countedUntil.
    private CostLog _left;
    private long _countedUntil = now;
    private long _ripensUntil = now;
    private long _ripeAt = Never;

    private EstimateErrors _errors;
    private Mark? _mark;
    private double _departed;

    public override double Rate => Math.Clamp(Spec.Amount / (double)Spec.Period.Ticks, _lowRate, _highRate);

    protected override long Full => Spec.Burst;

    /// <summary>How many tokens and bytes a call costs is guessed, and nobody says what one did cost: only sums tell.</summary>
    private bool IsEstimated => Unit is LimitUnit.Tokens or LimitUnit.Bytes;

    public override long FitsAt(long amount, long now) => When(Math.Min(amount + Margin + Reserve(amount), Full), now);

    public override void Take(long amount, long now, long countedBy)
    {
        double level = Level(now);
        if (_mark is { } mark && level > Full - 1)
        {
            // A full bucket does not refill: what was left then is known anew, and until then nothing was used.
            _mark = mark.Departed < _departed ? null : mark with { Remaining = Full, At = now };
        }

        // What is under way does not refill before it has been counted.
        Set(Math.Min(level, Full - (Rate * Transit)) - amount, now);
        _left.Add(now, amount, Grid);
        _departed += amount;
        _errors.Count(amount);
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen)
    {
        if (takenAt >= Born)
        {
            GiveBack(amount, takenAt, now);
        }
    }

    public override void Settle(long reserved, long actual, in Counting counting)
    {
        if (!IsEstimated && reserved > 0 && actual > 0 && (actual != reserved || _errors.IsKnown))
        {
            _errors.Learn(reserved, actual); // its answer told what it cost
        }

        if (counting.TakenAt < Born)
        {
            _foreseen = Math.Max(0, _foreseen - 1);
        }
        else if (actual < reserved)
        {
            GiveBack(reserved - actual, counting.TakenAt, counting.EndedAt);
        }
        else
        {
            _departed += actual - reserved;
            Set(Level(counting.EndedAt) - (actual - reserved), counting.EndedAt);
        }
    }

    public override long Forecast(long amount, long now, long lag) => When(amount + Margin + Reserve(Math.Min(amount, Full)), now);

    public override long Free(long now) => Math.Max(0, (long)(Level(now) - Margin));

    public override long FullAt(long now) => When(Full, now);

    public override void Foresee(long amount)
    {
        _foreseen = amount;
        _level -= amount;
    }

    protected override void Resize(long limit, TimeSpan period, long now)
    {
        double level = Level(now) + limit - Full;
        Adjust(LimitSpec.Bucket(limit, period, limit, Unit), now);
        _lowRate = 0;
        _highRate = double.PositiveInfinity;
        _mark = null;
        Set(Math.Min(level, limit), now);
    }

    protected override void Correct(in QuotaObservation seen, long takenAt, long now)
    {
        LearnRate(Full - seen.Remaining, seen.Reset);
        if (IsEstimated)
        {
            LearnError(seen.Remaining, now);
        }

        double most = seen.Remaining - _foreseen;

        // One that left before others that are known to have been counted may have been written before them, however late it comes: it lifts nothing.
        double least = takenAt - Transit < _countedUntil ? double.NegativeInfinity : most - _left.SumAfter(takenAt - Transit);
        double level = Level(now);
        if (level > most + 1 + Reserve(0) + (Rate * Transit))
        {
            // More than our own errors explain: others spend, too, and what has just left may not be in what they left.
            most -= _left.SumAfter(now - Transit);
        }

        Set(Math.Max(least, Math.Min(level, most)), now);
        Confirm(takenAt - Transit, now);
    }

    private static long Add(long now, double ticks) => ticks <= 0 ? now : ticks >= Far ? Far : now + (long)Math.Ceiling(ticks);

    /// <summary>What left until <paramref name="tick"/> has been counted in all answers that are written from now on; one that is on its way may be older.</summary>
    private void Confirm(long tick, long now)
    {
        if (now >= _ripeAt)
        {
            _countedUntil = Math.Max(_countedUntil, _ripensUntil);
            _left.DropThrough(_countedUntil);
            _ripeAt = Never;
        }

        if (_ripeAt == Never && tick > _countedUntil)
        {
            _ripensUntil = tick;
            _ripeAt = now + Transit;
        }
    }

    private void GiveBack(long amount, long takenAt, long now)
    {
        _left.Remove(takenAt - 1, amount);
        _departed -= amount;
        Set(Math.Min(Full, Level(now) + amount), now);
    }

    /// <summary>What must stay for the sake of costs that were thought to be smaller than they are: of one of this amount, and of those not known to have been counted.</summary>
    private double Reserve(long amount) => IsEstimated || _errors.IsKnown ? _errors.Reserve(_left.Sum + amount) : 0;

    private void LearnError(long remaining, long now)
    {
        long inDoubt = _left.SumAfter(now - Transit);
        if (_mark is { } mark && _departed > mark.Departed)
        {
            double estimated = _departed - mark.Departed;
            if (estimated < 20 * (mark.InDoubt + inDoubt))
            {
                return;
            }

            double actual = mark.Remaining + (Rate * (now - mark.At)) - remaining;
            _errors.Learn(estimated, actual);
        }

        _mark = new Mark(remaining, now, _departed, inDoubt);
    }

    private void LearnRate(long missing, TimeSpan reset)
    {
        if (missing <= 0 || reset <= TimeSpan.Zero)
        {
            return;
        }

        double low = (missing - 1) / (double)(reset.Ticks + TimeSpan.TicksPerMillisecond);

        // Resets reckoned with a server date may be a second too long.
        double high = missing / (double)Math.Max(1, reset.Ticks - TimeSpan.TicksPerSecond);
        if (low > _highRate || high < _lowRate)
        {
            _lowRate = 0;
            _highRate = double.PositiveInfinity;
        }

        _lowRate = Math.Max(_lowRate, low);
        _highRate = Math.Min(_highRate, high);
    }

    private long When(double amount, long now) => Add(now, (amount - Level(now)) / Rate);

    private double Level(long now) => Math.Min(Full, _level + (Math.Max(0, now - _levelAt) * Rate));

    private void Set(double level, long now)
    {
        _level = level;
        _levelAt = now;
    }

    /// <summary>A word on what is left, to reckon from what was used until the next one.</summary>
    /// <param name="Remaining">What was left.</param>
    /// <param name="At">When.</param>
    /// <param name="Departed">What had left until then.</param>
    /// <param name="InDoubt">How much of it may not have been counted.</param>
    private sealed record Mark(double Remaining, long At, double Departed, double InDoubt);
}
