namespace Handlers.ResponseCaching;

/// <summary>What a Range means for a complete body.</summary>
internal enum RangeKind : byte
{
    /// <summary>There is none, or it is to be ignored: the whole body.</summary>
    Whole,

    /// <summary>One part.</summary>
    Slice,

    /// <summary>It begins behind the end: 416.</summary>
    Unsatisfiable,

    /// <summary>Several parts, which only the server puts together.</summary>
    Several,
}
