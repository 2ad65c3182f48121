namespace Handlers.Testing;

/// <summary>What can go wrong at a <see cref="ProviderTwin"/>.</summary>
public enum TwinFaultKind
{
    /// <summary>Answers 503 before anything else is looked at; nothing is executed.</summary>
    Outage,

    /// <summary>Answers 503 to a call that was within the limits and was charged to them; nothing is executed.</summary>
    Unavailable,

    /// <summary>The connection is refused; the request is never sent.</summary>
    ConnectionRefused,

    /// <summary>The request is executed, then the connection is reset before the answer's headers.</summary>
    ResetBeforeHeaders,

    /// <summary>The request is executed and no answer ever comes.</summary>
    NoAnswer,

    /// <summary>The request is executed and the connection is reset in the body.</summary>
    ResetInBody,

    /// <summary>The request is executed and the body stops coming without an end.</summary>
    StalledBody,

    /// <summary>The body comes in small pieces with pauses.</summary>
    SlowBody,

    /// <summary>The answer takes longer.</summary>
    Latency,
}
