using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>Others that would retry or time out the same calls of one client (rule 16): each kind is warned about once.</summary>
internal sealed partial class Neighbours(ILogger logger)
{
    /// <summary>In which some SDKs of one generator count their retries; all of them name their language.</summary>
    private const string SdkRetries = "x-stainless-retry-count";
    private const string SdkLanguage = "x-stainless-lang";
    private const string RestSharp = "RestSharp/";

    /// <summary>How late a timer may fire, and the shortest timeout that anybody would set.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(250);

    /// <summary>Of <see cref="HttpClient"/>.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(100);

    private int _handler;
    private int _retries;
    private int _timeout;
    private int _replaced;
    private int _sdkTimeout;
    private FailedRequest? _failed;
    private long _givenUpAfter;

    /// <summary>The client's own timeout, when somebody set it after us; infinite otherwise.</summary>
    public TimeSpan ClientTimeout { get; set; } = Timeout.InfiniteTimeSpan;

    public void SeenHandler(string type)
    {
        if (Interlocked.Exchange(ref _handler, 1) == 0)
        {
            RetriedTwice(logger, type);
        }
    }

    /// <summary>
    /// A timeout that somebody gave the client before us, and that the call's deadline takes the place of. The framework's own default says nothing; another one was
    /// meant, and calls may take longer now, or are given up earlier, than whoever set it expects.
    /// </summary>
    public void Replaced(TimeSpan timeout, TimeSpan total)
    {
        if (timeout != Timeout.InfiniteTimeSpan && timeout != DefaultTimeout && timeout != total && Interlocked.Exchange(ref _replaced, 1) == 0)
        {
            ClientTimeoutReplaced(logger, timeout, total == Timeout.InfiniteTimeSpan ? OptionText.None : total.ToString());
        }
    }

    /// <summary>An SDK above that counts its own retries on the request, or sends again what has just failed.</summary>
    public void Began(Call call)
    {
        if (call.Original.HeaderOf(SdkRetries) is { } count and not ("" or "0"))
        {
            SdkRetriesOnce($"{SdkRetries}: {count} on the request");
        }

        if (Volatile.Read(ref _failed) is { } failed && failed.IsRepeatedBy(call))
        {
            TimeSpan pause = call.Client.Clock.Between(failed.FailedAt, call.StartedAt);
            SdkRetriesOnce($"{SdkOf(call)} sent the same request again {pause.TotalMilliseconds:F0} ms after its failure");
        }
    }

    /// <summary>A call that was handed out as failed. An SDK that retries without a count on the request shows itself by sending the same again.</summary>
    public void Failed(Call call)
    {
        // RestSharp never repeats a request by itself.
        bool worthRepeating = call.Judgement is { Kind: not (VerdictKind.Ok or VerdictKind.Fatal) };
        if (worthRepeating && Volatile.Read(ref _retries) == 0 && SdkOf(call) is { } sdk && !sdk.StartsWith(RestSharp, StringComparison.Ordinal))
        {
            Volatile.Write(ref _failed, FailedRequest.Of(call));
        }
    }

    /// <summary>The caller's token fired before the deadline, at an age that may be a timeout's: the client's own, or that of an SDK above.</summary>
    public void GivenUp(Call call, TimeSpan age)
    {
        if (ClientTimeout != Timeout.InfiniteTimeSpan && age >= ClientTimeout)
        {
            if (Interlocked.Exchange(ref _timeout, 1) == 0)
            {
                ClientTimeoutFired(logger, ClientTimeout);
            }
        }
        else if (SdkOf(call) is { } sdk && IsTimeout(age) && Interlocked.Exchange(ref _sdkTimeout, 1) == 0)
        {
            SdkTimeoutFired(logger, sdk, age, call.TotalTimeout);
        }
    }

    /// <summary>The SDK that made a request, as far as it says so.</summary>
    private static string? SdkOf(Call call)
    {
        string agent = call.Original.HeaderOf("User-Agent") ?? "";
        return agent.StartsWith("OpenAI/", StringComparison.Ordinal) || agent.StartsWith(RestSharp, StringComparison.Ordinal)
            || agent.StartsWith("azsdk-net", StringComparison.Ordinal) || call.Original.HeaderOf(SdkLanguage) is not null
            ? agent.Split(' ', ',')[0]
            : null;
    }

    /// <summary>People give up at any age; timers at whole seconds, or at the same age again.</summary>
    private bool IsTimeout(TimeSpan age)
    {
        long before = Interlocked.Exchange(ref _givenUpAfter, age.Ticks);
        bool whole = age >= TimeSpan.FromSeconds(1) && age.Ticks % TimeSpan.TicksPerSecond < Late.Ticks;
        return whole || (age >= ShortestTimeout && Math.Abs(age.Ticks - before) < Math.Max(age.Ticks / 20, Late.Ticks));
    }

    private void SdkRetriesOnce(string evidence)
    {
        Volatile.Write(ref _failed, null);
        if (Interlocked.Exchange(ref _retries, 1) == 0)
        {
            SdkRetriesToo(logger, evidence);
        }
    }

    [LoggerMessage(
        EventIds.RetriedTwice, LogLevel.Warning, "{Handler} stands in the same chain and retries as well: attempts multiply. Remove one of the two, for example with RemoveResilienceHandlers() or RemoveAllResilienceHandlers()", EventName = "RetriedTwice")]
    private static partial void RetriedTwice(ILogger logger, string handler);

    [LoggerMessage(
        EventIds.SdkRetriesToo, LogLevel.Warning, "The SDK above retries as well ({Evidence}): attempts multiply. Set its own retries to 0 and its timeout above TotalTimeout", EventName = "SdkRetriesToo")]
    private static partial void SdkRetriesToo(ILogger logger, string evidence);

    [LoggerMessage(
        EventIds.ClientTimeoutFired, LogLevel.Warning, "HttpClient.Timeout of {Timeout} was set after AddResilienceHandlers and fired before the call's deadline: leave it infinite and set TotalTimeout instead", EventName = "ClientTimeoutFired")]
    private static partial void ClientTimeoutFired(ILogger logger, TimeSpan timeout);

    [LoggerMessage(
        EventIds.SdkTimeoutFired, LogLevel.Warning, "The SDK above ({Sdk}) gave a call up after {Age}, before the call's deadline of {TotalTimeout}: set its own timeout above TotalTimeout, and its retries to 0", EventName = "SdkTimeoutFired")]
    private static partial void SdkTimeoutFired(ILogger logger, string sdk, TimeSpan age, TimeSpan totalTimeout);

    [LoggerMessage(
        EventIds.ClientTimeoutReplaced, LogLevel.Warning, "HttpClient.Timeout of {Timeout} gives way to the call's deadline, TotalTimeout {TotalTimeout}: set TotalTimeout to what was meant, and leave the client's timeout alone", EventName = "ClientTimeoutReplaced")]
    private static partial void ClientTimeoutReplaced(ILogger logger, TimeSpan timeout, string totalTimeout);
}
