using Microsoft.Extensions.Logging;

namespace Handlers.AspNetCore;

/// <summary>What the status page says in the log. Its event ids are a block of their own.</summary>
internal static partial class StatusLog
{
    [LoggerMessage(1000, LogLevel.Error, "The status page's live events have stopped", EventName = "StatusFeedFailed")]
    public static partial void FeedFailed(ILogger logger, Exception failure);

    [LoggerMessage(1002, LogLevel.Error, "The status page's history has a gap", EventName = "StatusHistoryFailed")]
    public static partial void HistoryFailed(ILogger logger, Exception failure);

    [LoggerMessage(1001, LogLevel.Warning, "{Action} of circuit {Client} {Authority} by hand, from the status page", EventName = "StatusAction")]
    public static partial void ActionTaken(ILogger logger, string action, string client, string? authority);
}
