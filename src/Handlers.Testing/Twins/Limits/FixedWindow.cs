namespace Handlers.Testing.Limits;

/// <summary>So much per window. A window starts at the first call and ends on a whole second, or is cut from the clock.</summary>
/// <param name="limit">Cost allowed in one window.</param>
/// <param name="window">Its length.</param>
/// <param name="clockOffset">Null: anchored at the first call. Else windows start at multiples of their length plus this, in UTC.</param>
internal sealed class FixedWindow(double limit, TimeSpan window, TimeSpan? clockOffset = null) : MeteredLimit
{
    private long _end = long.MinValue;

    internal double Limit { get; } = limit;

    internal double Used { get; private set; }

    internal override bool Fits(long now, double cost)
    {
        Roll(now);
        return Used + cost <= Limit;
    }

    internal override void Take(long now, double cost)
    {
        Roll(now);
        _end = WholeAt(now);
        Used += cost;
    }

    internal override long FitsAt(long now, double cost) => Fits(now, cost) ? now : cost > Limit ? long.MaxValue : _end;

    internal override double Remaining(long now)
    {
        Roll(now);
        return Math.Max(0, Limit - Used);
    }

    internal override long WholeAt(long now)
    {
        Roll(now);
        if (_end != long.MinValue)
        {
            return _end;
        }

        if (clockOffset is { } offset)
        {
            return ((now - offset.Ticks) / window.Ticks * window.Ticks) + window.Ticks + offset.Ticks;
        }

        // The announced reset has whole seconds, and what is announced is what is enforced.
        long end = now + window.Ticks;
        return end + ((TimeSpan.TicksPerSecond - (end % TimeSpan.TicksPerSecond)) % TimeSpan.TicksPerSecond);
    }

    private void Roll(long now)
    {
        if (_end != long.MinValue && now >= _end)
        {
            _end = long.MinValue;
            Used = 0;
        }
    }
}
