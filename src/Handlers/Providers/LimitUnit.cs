namespace Handlers;

/// <summary>What a limit counts.</summary>
public enum LimitUnit : byte
{
    /// <summary>Attempts on the wire.</summary>
    Requests,

    /// <summary>Language-model tokens.</summary>
    Tokens,

    /// <summary>The provider's own cost points (GitHub points, Linear complexity).</summary>
    Points,

    /// <summary>Bytes of request content.</summary>
    Bytes,
}
