using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>Others that would retry or time out the same calls of one client (rule 16): each kind is warned about once.</summary>
internal sealed partial class Neighbours(ILogger logger)
{
    /// <summary>In which SDKs made by one generator count their retries.</summary>
    public const string SdkRetries = "x-stainless-retry-count";

    private int _handler;
    private int _sdk;
    private int _timeout;

    /// <summary>The client's own timeout, when somebody set it after us; infinite otherwise.</summary>
    public TimeSpan ClientTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    public void SeenHandler(string type)
    {
        if (Interlocked.Exchange(ref _handler, 1) == 0)
        {
            RetriedTwice(logger, type);
        }
    }

    /// <summary>An SDK above that counts its own retries on the request.</summary>
    public void SeenSdk(string retries)
    {
        if (retries is not ("" or "0") && Interlocked.Exchange(ref _sdk, 1) == 0)
        {
            SdkRetriesToo(logger, SdkRetries);
        }
    }

    /// <summary>The caller's token fired before the deadline, at an age that only the client's own timeout explains.</summary>
    public void GaveUp(TimeSpan age)
    {
        if (ClientTimeout != Timeout.InfiniteTimeSpan && age >= ClientTimeout && Interlocked.Exchange(ref _timeout, 1) == 0)
        {
            ClientTimeoutFired(logger, ClientTimeout);
        }
    }

    [LoggerMessage(
        EventIds.RetriedTwice, LogLevel.Warning, "{Handler} stands in the same chain and retries as well: attempts multiply. Remove one of the two, for example with RemoveResilienceHandlers() or RemoveAllResilienceHandlers()", EventName = "RetriedTwice")]
    private static partial void RetriedTwice(ILogger logger, string handler);

    [LoggerMessage(
        EventIds.SdkRetriesToo, LogLevel.Warning, "The SDK above retries as well ({Header} on the request): attempts multiply. Set its own retries to 0 and its timeout above TotalTimeout", EventName = "SdkRetriesToo")]
    private static partial void SdkRetriesToo(ILogger logger, string header);

    [LoggerMessage(
        EventIds.ClientTimeoutFired, LogLevel.Warning, "HttpClient.Timeout of {Timeout} was set after AddResilienceHandlers and fired before the call's deadline: leave it infinite and set TotalTimeout instead", EventName = "ClientTimeoutFired")]
    private static partial void ClientTimeoutFired(ILogger logger, TimeSpan timeout);
}
