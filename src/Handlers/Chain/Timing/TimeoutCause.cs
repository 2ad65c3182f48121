namespace Handlers;

/// <summary>Which limit a timer stood for when it was armed; the clock is not asked again when it fires.</summary>
internal enum TimeoutCause : byte
{
    None,
    Attempt,
    Total,
    BodyIdle,

    /// <summary>The attempt's, while the beginning of a body was read to judge its answer.</summary>
    Peek,
}
