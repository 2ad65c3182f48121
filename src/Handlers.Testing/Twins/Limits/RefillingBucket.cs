namespace Handlers.Testing.Limits;

/// <summary>A bucket that is full at the start and refills evenly: so much per period, and as much at once.</summary>
internal sealed class RefillingBucket(double perPeriod, TimeSpan period, double? capacity = null) : MeteredLimit
{
    private const double Tolerance = 1e-6; // what is due at a computed instant must not be missed by rounding

    private readonly double _perTick = perPeriod / period.Ticks;
    private readonly double _capacity = capacity ?? perPeriod;
    private double _level = capacity ?? perPeriod;
    private long _at = long.MinValue;

    internal double Limit { get; } = perPeriod;

    internal override bool Fits(long now, double cost) => Level(now) + Tolerance >= cost;

    internal override void Take(long now, double cost) => _level = Math.Max(0, Level(now) - cost);

    /// <summary>Gives back what a call turned out not to need.</summary>
    internal void Return(long now, double cost) => _level = Math.Min(_capacity, Level(now) + cost);

    internal override long FitsAt(long now, double cost) =>
        cost > _capacity + Tolerance ? long.MaxValue : now + (long)Math.Ceiling(Math.Max(0, cost - Level(now)) / _perTick);

    internal override double Remaining(long now) => Level(now);

    internal override long WholeAt(long now) => now + (long)Math.Ceiling((_capacity - Level(now)) / _perTick);

    private double Level(long now)
    {
        if (_at != long.MinValue && now > _at)
        {
            _level = Math.Min(_capacity, _level + ((now - _at) * _perTick));
        }

        _at = Math.Max(_at, now);
        return _level;
    }
}
