using Microsoft.Extensions.Logging;

namespace Handlers.Fallback;

/// <summary>What falling back says in the log.</summary>
internal static partial class FallbackLog
{
    [LoggerMessage(EventIds.FellBack, LogLevel.Warning, "{Operation}: {Answerer} answered in its place, because {Cause}", EventName = nameof(FellBack))]
    public static partial void FellBack(ILogger logger, string operation, string answerer, string cause);

    [LoggerMessage(EventIds.FallbackFailed, LogLevel.Warning, "{Operation}: {Answerer} could not answer in its place: {Cause}", EventName = nameof(FallbackFailed))]
    public static partial void FallbackFailed(ILogger logger, string operation, string answerer, string cause);

    [LoggerMessage(EventIds.RoutePassedOver, LogLevel.Warning,
        "A synchronous Send can't wait for Fallback.Route and does without. Use SendAsync", EventName = nameof(RoutePassedOver))]
    public static partial void RoutePassedOver(ILogger logger);
}
