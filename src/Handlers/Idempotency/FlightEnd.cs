namespace Handlers.Idempotency;

/// <summary>How a flight ended, for everybody who waited for it.</summary>
internal sealed record FlightEnd
{
    public static FlightEnd GoAlone { get; } = new() { Sharing = FlightSharing.NotYours };

    public FlightSharing Sharing { get; init; } = FlightSharing.Shared;

    /// <summary>The answer to give; null for a failure or a refusal.</summary>
    public StoredAnswer? Answer { get; init; }

    /// <summary>The answer was in the store already: it is a repetition for everybody.</summary>
    public bool IsFromStore { get; init; }

    public Exception? Failure { get; init; }

    /// <summary>Why nothing was sent.</summary>
    public IdempotencyConflictReason? Refusal { get; init; }

    /// <summary>When the key was used before.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What went on the wire; null when nothing did.</summary>
    public Call? Call { get; init; }
}
