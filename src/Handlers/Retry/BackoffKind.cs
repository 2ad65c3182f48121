namespace Handlers;

/// <summary>How the wait between attempts grows.</summary>
public enum BackoffKind : byte
{
    /// <summary>Base, base × multiplier, base × multiplier² …</summary>
    Exponential,

    /// <summary>Base, 2 × base, 3 × base …</summary>
    Linear,

    /// <summary>Base, base, base …</summary>
    Constant,
}
