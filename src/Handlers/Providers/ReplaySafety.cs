namespace Handlers;

/// <summary>Whether a request may be sent again when nobody knows if the first attempt was executed.</summary>
public enum ReplaySafety : byte
{
    /// <summary>By the method: GET, HEAD, OPTIONS, TRACE, PUT and DELETE may be repeated (RFC 9110 §9.2.2), others may not.</summary>
    ByMethod,

    /// <summary>Repeating it changes nothing more: the provider's documentation, or the user, says so.</summary>
    Safe,

    /// <summary>Repeating it may do the thing twice.</summary>
    Unsafe,
}
