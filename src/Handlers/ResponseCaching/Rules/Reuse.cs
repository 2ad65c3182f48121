namespace Handlers.ResponseCaching;

/// <summary>How a stored answer may be used.</summary>
internal enum Reuse : byte
{
    /// <summary>As it is.</summary>
    Fresh,

    /// <summary>Although it is stale: the caller allows it.</summary>
    StaleByRequest,

    /// <summary>Although it is stale, while another request refreshes it: the server allows it.</summary>
    WhileRevalidating,

    /// <summary>Only after the server has confirmed it.</summary>
    AfterValidation,

    /// <summary>Not, and the caller wants no request sent: 504.</summary>
    Unavailable,
}
