using Microsoft.Extensions.Logging;

namespace Handlers.Retry;

/// <summary>What retrying says in the log.</summary>
internal static partial class RetryLog
{
    public static void Scheduled(ILogger logger, Call call, int retry, TimeSpan delay, string cause)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            RetryScheduled(logger, call.Operation, retry, call.MaxRetries, delay, cause);
        }
    }

    public static void GaveUp(ILogger logger, Call call, Judgement outcome, string reason)
    {
        if (logger.IsEnabled(LogLevel.Warning))
        {
            RetryGaveUp(logger, call.Operation, call.Attempts, reason, outcome.Why);
        }
    }

    public static void Recovered(ILogger logger, Call call)
    {
        if (logger.IsEnabled(LogLevel.Information))
        {
            RetryRecovered(logger, call.Operation, call.Attempts);
        }
    }

    [LoggerMessage(EventIds.RetryScheduled, LogLevel.Information, "{Operation}: retry {Retry} of {MaxRetries} in {Delay}: {Cause}", EventName = nameof(RetryScheduled))]
    private static partial void RetryScheduled(ILogger logger, string operation, int retry, int maxRetries, TimeSpan delay, string cause);

    [LoggerMessage(EventIds.RetryGaveUp, LogLevel.Warning, "{Operation}: gave up after {Attempts} attempt(s), because {Reason}: {Cause}", EventName = nameof(RetryGaveUp))]
    private static partial void RetryGaveUp(ILogger logger, string operation, int attempts, string reason, string cause);

    [LoggerMessage(EventIds.RetryRecovered, LogLevel.Information, "{Operation}: succeeded in attempt {Attempts}", EventName = nameof(RetryRecovered))]
    private static partial void RetryRecovered(ILogger logger, string operation, int attempts);
}
