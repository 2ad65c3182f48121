namespace Handlers.AspNetCore;

/// <summary>What a client did in one step of ten seconds.</summary>
internal readonly record struct HistoryPoint(DateTimeOffset At, long Calls, long Failed, long Retries, long RateLimited, TimeSpan? P99);
