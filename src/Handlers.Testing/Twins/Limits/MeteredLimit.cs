namespace Handlers.Testing.Limits;

/// <summary>A limit as a provider enforces it. All instants are ticks of the provider's clock; the twin locks.</summary>
internal abstract class MeteredLimit
{
    /// <summary>Whether a call of this cost is within the limit now.</summary>
    internal abstract bool Fits(long now, double cost);

    /// <summary>Books the cost, whether it fits or not.</summary>
    internal abstract void Take(long now, double cost);

    /// <summary>The earliest instant at which the cost would fit if nobody else came; <see cref="long.MaxValue"/> if it never can.</summary>
    internal abstract long FitsAt(long now, double cost);

    /// <summary>What is left, not below zero.</summary>
    internal abstract double Remaining(long now);

    /// <summary>When the limit is whole again: the window's end, or the bucket full.</summary>
    internal abstract long WholeAt(long now);
}
