namespace Handlers.Retry;

/// <summary>Failures without a status code that a list of error classes can name.</summary>
[Flags]
internal enum ErrorNames : byte
{
    None = 0,

    /// <summary><c>connection</c>: never sent, no connection could be made.</summary>
    Connection = 1,

    /// <summary><c>timeout</c>: the attempt timeout fired.</summary>
    Timeout = 1 << 1,

    /// <summary><c>read-timeout</c>: the transport gave up waiting for bytes.</summary>
    ReadTimeout = 1 << 2,

    /// <summary><c>pool-timeout</c>: never sent, no connection became free in time.</summary>
    PoolTimeout = 1 << 3,

    /// <summary><c>reset</c>: the connection broke, or what came back was no HTTP.</summary>
    Reset = 1 << 4,

    /// <summary><c>circuit-open</c>: refused here by an open circuit.</summary>
    CircuitOpen = 1 << 5,
}
