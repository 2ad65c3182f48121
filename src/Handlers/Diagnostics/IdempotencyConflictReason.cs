namespace Handlers;

/// <summary>Why a call was not sent under its idempotency key.</summary>
public enum IdempotencyConflictReason : byte
{
    /// <summary>The key was used for another payload: method, address and key are the same, the body is not.</summary>
    OtherPayload,

    /// <summary>A call with this key may have happened, and nobody could say whether it did.</summary>
    OutcomeUnknown,

    /// <summary>A call with this key did happen, but its answer is not there to be repeated: it was lost, too large to keep, or a stream.</summary>
    AlreadyDone,

    /// <summary>The store could not be asked, or has no room for another key; the inner exception says what went wrong.</summary>
    StoreFailed,
}
