namespace Handlers.Wire;

/// <summary>What a response says about one rate limit policy. What it does not say is null.</summary>
/// <param name="Policy">The policy's name; null in the older forms, which have none.</param>
/// <param name="Limit">The quota of one window.</param>
/// <param name="Remaining">What is left of it. Positive is no promise.</param>
/// <param name="ResetAfter">The time until <paramref name="Remaining"/> grows again, on the server's clock; never negative.</param>
/// <param name="Window">The length of the window.</param>
/// <param name="Unit">The quota unit as sent: <c>requests</c>, <c>content-bytes</c>, <c>concurrent-requests</c>; null means requests.</param>
internal readonly record struct RateLimitReading(
    string? Policy = null,
    long? Limit = null,
    long? Remaining = null,
    TimeSpan? ResetAfter = null,
    TimeSpan? Window = null,
    string? Unit = null);
