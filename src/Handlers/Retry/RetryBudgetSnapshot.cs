namespace Handlers.Retry;

/// <summary>A copy of a budget's state: calls and retries of the last 60 s, and the retries left.</summary>
internal readonly record struct RetryBudgetSnapshot(long Calls, long Retries, long Available);
