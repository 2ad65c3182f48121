using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>What the events say in the log.</summary>
internal static partial class EventLog
{
    [LoggerMessage(
        EventIds.ProgressFailed, LogLevel.Warning, "CallOptions.Progress threw {Error}; this call reports no more to it", EventName = nameof(EventIds.ProgressFailed))]
    public static partial void ProgressFailed(ILogger logger, string error);
}
