using Microsoft.Extensions.Logging;

namespace Handlers.Idempotency;

/// <summary>What idempotency says in the log. Keys belong to the caller, who finds them in the exception and in the report; logs go elsewhere and name none.</summary>
internal static partial class IdempotencyLog
{
    [LoggerMessage(EventIds.OutcomeUnknown, LogLevel.Warning,
        "{Operation}: a write with an idempotency key may have happened, and nobody could say whether it did: {Cause}", EventName = nameof(OutcomeUnknown))]
    public static partial void OutcomeUnknown(ILogger logger, string operation, string cause);

    [LoggerMessage(EventIds.OutcomeSettled, LogLevel.Information,
        "{Operation}: a write of unknown outcome was asked about; it happened: {Happened}", EventName = nameof(OutcomeSettled))]
    public static partial void OutcomeSettled(ILogger logger, string operation, bool happened);

    [LoggerMessage(EventIds.KeyReplayed, LogLevel.Debug, "{Operation}: answered with the result of an earlier call with the same key", EventName = nameof(KeyReplayed))]
    public static partial void KeyReplayed(ILogger logger, string operation);

    [LoggerMessage(EventIds.KeyRefused, LogLevel.Warning, "{Operation}: not sent, because of what is known under its key: {Reason}", EventName = nameof(KeyRefused))]
    public static partial void KeyRefused(ILogger logger, string operation, IdempotencyConflictReason reason);

    [LoggerMessage(EventIds.KeyOwnerUnknown, LogLevel.Warning,
        "An inner handler adds the credential, so nobody can tell whose the results are and none is kept under its key. Set ResilienceHandlers:Clients:{Client}:Account, "
        + "or CallOptions.Account per call", EventName = nameof(KeyOwnerUnknown))]
    public static partial void KeyOwnerUnknown(ILogger logger, string client);

    [LoggerMessage(EventIds.KeyStorePassedOver, LogLevel.Warning,
        "A synchronous Send can't wait for the asynchronous idempotency store and does without: keys are neither looked up nor remembered there. Use SendAsync, or a "
        + "store that answers at once", EventName = nameof(KeyStorePassedOver))]
    public static partial void KeyStorePassedOver(ILogger logger);

    [LoggerMessage(EventIds.KeyStoreFailed, LogLevel.Error,
        "{Operation}: the idempotency store did not take a result; the key stays claimed, and its outcome counts as unknown", EventName = nameof(KeyStoreFailed))]
    public static partial void KeyStoreFailed(ILogger logger, string operation, Exception failure);

    [LoggerMessage(EventIds.ProbePassedOver, LogLevel.Warning,
        "A synchronous Send can't wait for a probe: unknown outcomes stay unknown there. Use SendAsync", EventName = nameof(ProbePassedOver))]
    public static partial void ProbePassedOver(ILogger logger);

    [LoggerMessage(EventIds.ProbeFailed, LogLevel.Warning, "{Operation}: the question whether it happened failed; the outcome stays unknown", EventName = nameof(ProbeFailed))]
    public static partial void ProbeFailed(ILogger logger, string operation, Exception failure);
}
