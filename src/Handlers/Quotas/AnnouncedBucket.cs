namespace Handlers.Quotas;

/// <summary>A refilling bucket whose level the provider announces, with the time until it will be full, from which its rate follows.</summary>
/// <remarks>
/// The level is announced in whole units: what is missing lies between one less than the difference and the difference. Each answer so bounds the rate from both
/// sides, the closer the emptier the bucket is; the documented rate holds inside of the bounds.
/// </remarks>
internal sealed class AnnouncedBucket(LimitSpec spec, long now) : AnnouncedLimit(spec, now)
{
    private double _level = spec.Burst;
    private long _levelAt = now;
    private double _lowRate;
    private double _highRate = double.PositiveInfinity;
    private long _foreseen;

    // The level by the lowest word so far, and what was counted since without a word on what is left.
    private double _lowest = spec.Burst;
    private double _unseen;
    private double _lastSettled;
    private long _unseenAt;
    private long _settledAt;

    public override double Rate => Math.Clamp(Spec.Amount / (double)Spec.Period.Ticks, _lowRate, _highRate);

    protected override long Full => Spec.Burst;

    public override long FitsAt(long amount, long now) => Open + amount > Capacity ? Never : When(amount, now);

    public override void Take(long amount, long now, long countedBy) => Open += amount;

    public override void Return(long amount, long takenAt, long now, bool foreseen) => Open = takenAt < Born ? Open : Math.Max(0, Open - amount);

    public override void Settle(long reserved, long actual, in Counting counting)
    {
        long at = counting.EndedAt;
        if (counting.TakenAt >= Born)
        {
            Open = Math.Max(0, Open - reserved);
            Set(Level(at) - actual, Refilled(_lowest, at), at);
        }

        // The answer before this one said nothing about what was left.
        _unseenAt = _lastSettled > 0 ? _settledAt : _unseenAt;
        _unseen += actual;
        _lastSettled = actual;
        _settledAt = at;
    }

    public override long Forecast(long amount, long now, long lag) => When(amount, now);

    public override long Free(long now) => Math.Max(0, (long)Level(now) - Open - Margin);

    public override long FullAt(long now) => Open > 0 ? Never : Add(now, (Full - Level(now)) / Rate);

    public override void Foresee(long amount)
    {
        _foreseen = amount;
        _level -= amount;
    }

    protected override void Resize(long limit, long now)
    {
        double level = Level(now) + limit - Full;
        double lowest = Refilled(_lowest, now) + Math.Max(0, limit - Full);
        Adjust(LimitSpec.Bucket(limit, Spec.Period, limit, Unit), now);
        _lowRate = 0;
        _highRate = double.PositiveInfinity;
        Set(Math.Min(level, limit), Math.Min(lowest, limit), now);
    }

    protected override void Correct(in QuotaObservation seen, long takenAt, long now)
    {
        LearnRate(Full - seen.Remaining, seen.Reset);

        if (takenAt < Born)
        {
            _foreseen = Math.Max(0, _foreseen - 1);
        }

        _unseen = takenAt >= _unseenAt ? 0 : Math.Max(0, _unseen - _lastSettled);
        _lastSettled = 0;

        // With nothing under way the lowest word, refilled since, has counted all there was. Else what it did not count may still be under way.
        double level = Level(now);
        double lowest = Math.Min(Refilled(_lowest, now), seen.Remaining);
        Set(Open + _foreseen == 0 ? lowest - _unseen : Math.Min(level, seen.Remaining), lowest, now);
    }

    private static long Add(long now, double ticks) => ticks <= 0 ? now : ticks >= Far ? Far : now + (long)Math.Ceiling(ticks);

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

    private long When(long amount, long now) => Add(now, (Open + amount + Margin - Level(now)) / Rate);

    private double Level(long now) => Refilled(_level, now);

    private double Refilled(double level, long now) => Math.Min(Full, level + (Math.Max(0, now - _levelAt) * Rate));

    private void Set(double level, double lowest, long now)
    {
        _level = level;
        _lowest = lowest;
        _levelAt = now;
    }
}
