using Microsoft.Extensions.Logging;

namespace Handlers.ResponseCaching;

/// <summary>What caching says in the log.</summary>
internal static partial class CachingLog
{
    [LoggerMessage(EventIds.StoreFailed, LogLevel.Warning,
        "The response store failed; calls go on without it, and this is not logged again until it works", EventName = nameof(StoreFailed))]
    public static partial void StoreFailed(ILogger logger, Exception failure);

    [LoggerMessage(EventIds.StoreRecovered, LogLevel.Information, "The response store works again", EventName = nameof(StoreRecovered))]
    public static partial void StoreRecovered(ILogger logger);

    [LoggerMessage(EventIds.StorePassedOver, LogLevel.Warning,
        "A synchronous Send can't wait for the asynchronous response store: it counts as a miss there. Use SendAsync, or a store that answers at once",
        EventName = nameof(StorePassedOver))]
    public static partial void StorePassedOver(ILogger logger);

    [LoggerMessage(EventIds.AccountUnknown, LogLevel.Warning,
        "An inner handler adds {Field}, so the cache can't tell whose the answers are and stores none. Set CallOptions.Account per call, or "
        + "ResilienceHandlers:Clients:{Client}:Account where all calls are one account's",
        EventName = nameof(AccountUnknown))]
    public static partial void AccountUnknown(ILogger logger, string field, string client);

    [LoggerMessage(EventIds.ServedStale, LogLevel.Information, "{Operation}: a stale answer was used, because {Cause}", EventName = nameof(ServedStale))]
    public static partial void ServedStale(ILogger logger, string operation, string cause);

    [LoggerMessage(EventIds.RefreshFailed, LogLevel.Information, "{Operation}: the refresh in the background failed", EventName = nameof(RefreshFailed))]
    public static partial void RefreshFailed(ILogger logger, string operation, Exception failure);
}
