namespace Handlers.Testing;

/// <summary>How a <see cref="TwinLimit"/> counts.</summary>
public enum TwinLimitKind
{
    /// <summary>So much in any stretch of the period's length.</summary>
    Sliding,

    /// <summary>So much per window; a window starts with the first call.</summary>
    Window,

    /// <summary>So much per window; windows start at UTC multiples of their length.</summary>
    ClockWindow,

    /// <summary>A bucket that refills evenly and is full at the start.</summary>
    Bucket,

    /// <summary>So much at once.</summary>
    Concurrency,
}
