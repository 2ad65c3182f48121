using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers;

/// <summary>The chain without dependency injection.</summary>
public static class ResilienceHandlers
{
    /// <summary>
    /// Builds the whole chain over <paramref name="innerHandler"/>, for <c>new HttpClient(handler)</c>. It has a state of its own: keep one per API and account,
    /// and share it. Set <see cref="HttpClient.Timeout"/> to infinite; the chain keeps the deadline.
    /// </summary>
    /// <param name="innerHandler">What sends the attempts, such as a <see cref="SocketsHttpHandler"/>.</param>
    /// <param name="options">The options; copied.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <param name="loggerFactory">The logs; null for none.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options contradict themselves or are out of range.</exception>
    public static HttpMessageHandler Create(
        HttpMessageHandler innerHandler, ResilienceHandlersOptions options, TimeProvider? timeProvider = null, ILoggerFactory? loggerFactory = null)
    {
        ArgumentNullException.ThrowIfNull(innerHandler);
        ArgumentNullException.ThrowIfNull(options);
        var state = new ResilienceState(timeProvider ?? TimeProvider.System, loggerFactory ?? NullLoggerFactory.Instance, [], null);
        ClientState client = ClientState.InCode(state, options);
        HttpMessageHandler chain = innerHandler;
        foreach (ChainedHandler handler in ChainOrder.Of(client, Stages.All).Reverse())
        {
            handler.InnerHandler = chain;
            chain = handler;
        }

        return chain;
    }
}
