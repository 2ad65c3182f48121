namespace Handlers.Quotas;

/// <summary>At most n in any period, wherever it begins. Memory O(n) up to 256 entries, then rounded to the safe side.</summary>
internal sealed class SlidingWindow(LimitSpec spec) : Limit(spec)
{
    private CostLog _counted;
    private long _open;

    private long Period => Spec.Period.Ticks;

    private long Grid => Capacity <= CostLog.Fine ? 1 : Period / CostLog.Fine;

    public override long FitsAt(long amount, long now)
    {
        long missing = amount - Free(now);
        if (missing <= 0)
        {
            return now;
        }

        long tick = _counted.TickOf(missing);
        return tick == Never ? Never : tick + Period;
    }

    public override void Take(long amount, long now, long countedBy)
    {
        if (countedBy == Never)
        {
            _open += amount;
        }
        else
        {
            _counted.Add(countedBy, amount, Grid);
        }
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen)
    {
        if (foreseen)
        {
            _counted.Remove(takenAt, amount);
        }
        else
        {
            _open = Math.Max(0, _open - amount);
        }
    }

    public override void Settle(long reserved, long actual, in Counting counting)
    {
        if (!counting.Foreseen)
        {
            _open = Math.Max(0, _open - reserved);
            _counted.Add(counting.By, actual, Grid);
        }
        else if (counting.IsLate)
        {
            // Counted again, for later: the first entry may have gone, or goes first.
            _counted.Add(counting.By, actual, Grid);
        }
        else if (actual < reserved)
        {
            _counted.Remove(counting.TakenAt, reserved - actual);
        }
        else
        {
            _counted.Add(counting.By, actual - reserved, Grid);
        }
    }

    public override long Forecast(long amount, long now, long lag)
    {
        long free = Free(now);
        if (amount <= free)
        {
            return now;
        }

        // What goes k capacities later goes k periods later, and each of them lasts until the provider has counted it.
        long cycle = Period + lag + (Grid > 1 ? Grid / 2 : 0);
        long rounds = (amount - 1) / Capacity;
        long inRound = amount - (rounds * Capacity);
        long first = now;
        if (inRound > free)
        {
            long tick = _counted.TickOf(inRound - free);
            first = tick == Never ? now + cycle : tick + Period;
        }

        return Later(first, rounds, cycle);
    }

    protected override long SpendsAt(double pace, long now) => _counted.SpentAt(Free(now), pace, now, Period);

    public override long Free(long now)
    {
        _counted.DropThrough(now - Period);
        return Capacity - _open - _counted.Sum;
    }

    public override long FullAt(long now)
    {
        _ = Free(now);
        return _open > 0 ? now + Period : Math.Max(now, _counted.Sum == 0 ? now : _counted.Newest + Period);
    }
}
