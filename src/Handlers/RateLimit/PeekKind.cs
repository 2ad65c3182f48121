namespace Handlers.RateLimit;

/// <summary>What of an answer's body is read to judge it.</summary>
internal enum PeekKind : byte
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It begins like JSON, or nothing more: its type does not say.</summary>
    IfJson,

    /// <summary>The beginning.</summary>
    Body,
}
