namespace Handlers.Testing.Limits;

/// <summary>So much in any stretch of the window's length.</summary>
internal sealed class SlidingWindow(double limit, TimeSpan window) : MeteredLimit
{
    private readonly Queue<(long At, double Cost)> _taken = new();
    private double _sum;

    internal override bool Fits(long now, double cost) => Fits(now, cost, limit);

    /// <summary>With a limit that changes in time, for capacity that ramps.</summary>
    internal bool Fits(long now, double cost, double currentLimit)
    {
        Forget(now);
        return _sum + cost <= currentLimit;
    }

    internal override void Take(long now, double cost)
    {
        Forget(now);
        _taken.Enqueue((now, cost));
        _sum += cost;
    }

    internal override long FitsAt(long now, double cost)
    {
        Forget(now);
        double sum = _sum;
        if (sum + cost <= limit)
        {
            return now;
        }

        foreach (var (at, taken) in _taken)
        {
            sum -= taken;
            if (sum + cost <= limit)
            {
                return at + window.Ticks;
            }
        }

        return long.MaxValue;
    }

    internal override double Remaining(long now)
    {
        Forget(now);
        return Math.Max(0, limit - _sum);
    }

    internal override long WholeAt(long now)
    {
        Forget(now);
        return _taken.Count == 0 ? now : _taken.Last().At + window.Ticks;
    }

    private void Forget(long now)
    {
        while (_taken.TryPeek(out var oldest) && oldest.At <= now - window.Ticks)
        {
            _sum -= _taken.Dequeue().Cost;
        }
    }
}
