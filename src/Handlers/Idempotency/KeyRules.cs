namespace Handlers.Idempotency;

/// <summary>What becomes of a call whose key is known already, or not.</summary>
internal static class KeyRules
{
    public static KeyAction Decide(IdempotencyRecord? known, string fingerprint, bool isReplaySafe) => known switch
    {
        null => KeyAction.Send,

        // Never one key for two different payloads.
        _ when known.Fingerprint != fingerprint => KeyAction.RefuseOtherPayload,
        { IsDone: true, Result.IsEmpty: true } => KeyAction.RefuseDone,
        { IsDone: true } => KeyAction.Answer,

        // It may have happened. Rule 5: sent again only where that changes nothing more; else somebody has to know.
        _ when isReplaySafe => KeyAction.Send,
        _ => KeyAction.Ask,
    };
}
