namespace Handlers.Idempotency;

/// <summary>Our refusals because of what is known under a key, each with what happened and what to change.</summary>
internal static class KeyRefusals
{
    public static IdempotencyConflictException Exception(Call call, CallKey key, FlightEnd end)
    {
        IdempotencyConflictReason reason = end.Refusal!.Value;
        string known = reason switch
        {
            IdempotencyConflictReason.OtherPayload =>
                $"was used for another payload at {end.At:u}; a key stands for one request: give the changed one a key of its own",
            IdempotencyConflictReason.AlreadyDone =>
                $"was used at {end.At:u}, and it happened, but its answer can't be repeated (lost, a stream, or larger than Idempotency:MaxResultBytes); read the result from the API",
            IdempotencyConflictReason.OutcomeUnknown =>
                $"was used at {end.At:u}, and that call may have happened; look, then set CallOptions.Replay to Safe or use a new key, or give Idempotency.Probe a way to find out",
            _ => $"could not be looked up ({end.Failure?.Message}); a write that may have happened is not repeated on a guess: mend the store",
        };
        return new IdempotencyConflictException($"{call.Operation}: not sent. Its idempotency key {known}.", reason, new CallReport(call), end.Failure)
        {
            Note = $"The key is \"{key.Shown}\".",
        };
    }
}
