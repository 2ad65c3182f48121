namespace Handlers;

/// <summary>A call was not sent, because something else is known under its idempotency key. Nothing was sent for this call.</summary>
public sealed class IdempotencyConflictException : ResilienceRejectedException
{
    internal IdempotencyConflictException(string message, IdempotencyConflictReason reason, CallReport report, Exception? inner = null)
        : base(message, inner, null, report) => Reason = reason;

    /// <summary>Why.</summary>
    public IdempotencyConflictReason Reason { get; }
}
