namespace Handlers;

/// <summary>How an attempt failed, as far as retrying is concerned.</summary>
internal enum FailureClass : byte
{
    None,

    /// <summary>A status code.</summary>
    Status,

    /// <summary>Never sent: name resolution, connect, TLS, proxy, version negotiation.</summary>
    Connection,

    /// <summary>Never sent: no connection in time.</summary>
    PoolTimeout,

    /// <summary>The attempt timeout fired; it may have been executed.</summary>
    Timeout,

    /// <summary>The transport gave up waiting for bytes; it may have been executed.</summary>
    ReadTimeout,

    /// <summary>The connection broke, or what came back was no HTTP; it may have been executed.</summary>
    Reset,

    /// <summary>The caller gave up.</summary>
    Cancelled,

    /// <summary>Refused here by the circuit; never sent.</summary>
    CircuitOpen,

    /// <summary>Refused here by a quota or by the deadline; never sent.</summary>
    Rejected,

    /// <summary>Anything else, such as a fault in a handler between.</summary>
    Other,
}
