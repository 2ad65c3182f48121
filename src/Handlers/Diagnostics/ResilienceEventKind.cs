namespace Handlers;

/// <summary>What a <see cref="ResilienceEvent"/> tells.</summary>
public enum ResilienceEventKind : byte
{
    /// <summary>An attempt waits for its quota: <see cref="ResilienceEvent.Position"/>, <see cref="ResilienceEvent.Delay"/>.</summary>
    Queued,

    /// <summary>An attempt that had waited may go: <see cref="ResilienceEvent.Took"/> is how long it waited.</summary>
    Granted,

    /// <summary>An attempt leaves.</summary>
    AttemptStarted,

    /// <summary>An attempt was answered or failed: <see cref="ResilienceEvent.Verdict"/>, <see cref="ResilienceEvent.Took"/>.</summary>
    AttemptEnded,

    /// <summary>The provider refused an attempt: <see cref="ResilienceEvent.Delay"/> is the wait it asked for.</summary>
    RateLimited,

    /// <summary>A gate was closed for every caller: <see cref="ResilienceEvent.Until"/>.</summary>
    GateClosed,

    /// <summary>The instant until which a gate was closed has come. Told only where its closing was watched.</summary>
    GateOpened,

    /// <summary>A retry will be made: <see cref="ResilienceEvent.Attempt"/>, <see cref="ResilienceEvent.MaxRetries"/>, <see cref="ResilienceEvent.Delay"/>.</summary>
    RetryScheduled,

    /// <summary>A retry succeeded.</summary>
    Recovered,

    /// <summary>
    /// The call failed for good: <see cref="ResilienceEvent.ErrorType"/>, <see cref="ResilienceEvent.Retries"/>. Not told of the answers 404, 409, 410 and 412.
    /// </summary>
    GaveUp,

    /// <summary>The call is over, whatever came of it: <see cref="ResilienceEvent.Took"/>.</summary>
    CallEnded,

    /// <summary>The cache answered: <see cref="ResilienceEvent.Cause"/> is what it says in Cache-Status.</summary>
    CacheAnswered,

    /// <summary>Somebody else answered in the place of an upstream that is down or whose quota is gone.</summary>
    FellBack,

    /// <summary>A write was answered with what another call with the same idempotency key got: it was not sent again.</summary>
    Replayed,

    /// <summary>A circuit changed its state: <see cref="ResilienceEvent.Circuit"/>.</summary>
    CircuitChanged,

    /// <summary>A client goes on with edited options.</summary>
    OptionsReloaded,

    /// <summary>A configuration edit was rejected; the last good options stay.</summary>
    OptionsRejected,

    /// <summary>Whoever watches was too slow: <see cref="ResilienceEvent.Count"/> events before this one were dropped.</summary>
    Missed,
}
