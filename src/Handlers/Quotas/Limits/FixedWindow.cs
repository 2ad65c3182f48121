namespace Handlers.Quotas;

/// <summary>At most n between two multiples of the period in UTC.</summary>
/// <remarks>
/// Nobody's clock is exact and attempts take time: one sent just before the boundary may arrive after it. What leaves within <c>Edge</c> of the boundary is
/// charged to both windows, and the next one begins a moment late.
/// </remarks>
internal sealed class FixedWindow(LimitSpec spec, LedgerClock clock) : Limit(spec)
{
    private long _end = long.MinValue;
    private long _used;
    private long _late;

    private long Period => Spec.Period.Ticks;

    /// <summary>Covers clocks set apart by a few ten milliseconds.</summary>
    private long StartsLate => Math.Min(TimeSpan.TicksPerSecond / 20, Period / 20);

    private long Edge => StartsLate + Math.Min(TimeSpan.TicksPerSecond, Period / 10);

    public override long FitsAt(long amount, long now)
    {
        Roll(now);
        return _used + amount <= Capacity ? now
            : _late + amount <= Capacity ? _end
            : _end + Period;
    }

    public override void Take(long amount, long now, long countedBy)
    {
        Roll(now);
        _used += amount;
        if (now >= _end - Edge)
        {
            _late += amount;
        }
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen)
    {
        Roll(now);
        Correct(-amount, takenAt);
    }

    public override void Settle(long reserved, long actual, in Counting counting)
    {
        Roll(counting.EndedAt);
        Correct(actual - reserved, counting.TakenAt);
    }

    public override long Forecast(long amount, long now, long lag)
    {
        Roll(now);
        long rest = amount - (Capacity - _used);
        return rest <= 0 ? now : Later(_end, (rest + _late - 1) / Capacity, Period);
    }

    // What leaves at the edge counts twice: all of it is to have gone before.
    public override (long Since, long Until, long Left)? Window(long now)
    {
        long left = Free(now);
        return (_end - Period, _end - Edge, left);
    }

    public override long Free(long now)
    {
        Roll(now);
        return Capacity - _used;
    }

    public override long FullAt(long now)
    {
        Roll(now);
        return _used == 0 ? now : _late == 0 ? _end : _end + Period;
    }

    private void Correct(long difference, long takenAt)
    {
        // Of this window, or carried into it.
        if (takenAt >= _end - Period - Edge)
        {
            _used = Math.Max(0, _used + difference);
        }

        if (takenAt >= _end - Edge)
        {
            _late = Math.Max(0, _late + difference);
        }
    }

    private void Roll(long now)
    {
        if (now < _end)
        {
            return;
        }

        // The late ones count in the window that follows, and in no later one.
        bool follows = _end != long.MinValue && now - _end < Period;
        _used = follows ? _late : 0;
        _late = 0;
        long intoWindow = (clock.Utc.UtcTicks - StartsLate) % Period;
        _end = clock.Now + (Period - intoWindow);
    }
}
