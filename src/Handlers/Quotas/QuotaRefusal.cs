namespace Handlers.Quotas;

/// <summary>Why a call may not go and need not wait.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Key">The quota.</param>
/// <param name="Limit">The limit's text, or what closed the gate; null where neither is the cause.</param>
/// <param name="Ahead">How many calls were waiting before it.</param>
/// <param name="RetryAfter">After which time trying again can succeed; null when never, as it stands.</param>
/// <param name="RetryAt">The same as an instant.</param>
/// <param name="Message">What happened, on which quota, and what to change.</param>
internal sealed record QuotaRefusal(
    QuotaRefusalReason Reason, QuotaKey Key, string? Limit, int Ahead, TimeSpan? RetryAfter, DateTimeOffset? RetryAt, string Message);
