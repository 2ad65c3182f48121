namespace Handlers.Testing.Limits;

/// <summary>So many at once. Takes count until they are returned.</summary>
internal sealed class ConcurrencyLimit(double limit) : MeteredLimit
{
    private double _taken;

    internal override bool Fits(long now, double cost) => _taken + cost <= limit;

    internal override void Take(long now, double cost) => _taken += cost;

    internal void Return(double cost) => _taken -= cost;

    internal override long FitsAt(long now, double cost) => Fits(now, cost) ? now : long.MaxValue;

    internal override double Remaining(long now) => Math.Max(0, limit - _taken);

    internal override long WholeAt(long now) => now;
}
