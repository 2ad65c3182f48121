using Handlers;

namespace Microsoft.AspNetCore.Http;

/// <summary>Lets the person who waits for a request see what its calls wait for.</summary>
public static class ResilienceHttpContextExtensions
{
    /// <summary>
    /// Turns the response into a stream of server-sent events and forwards those of every call made within this request from here on: <c>retry</c>
    /// (<c>attempt</c>, <c>max_retries</c>, <c>delay</c>, <c>message</c>), <c>queued</c> (<c>position</c>, <c>delay</c>, <c>message</c>) and <c>error</c>
    /// (<c>error</c>, <c>type</c>, <c>retries</c>). Must come before anything is written to the response.
    /// </summary>
    /// <param name="context">The request to answer.</param>
    /// <returns>Dispose it at the end of the request, with <c>await using</c>.</returns>
    /// <exception cref="InvalidOperationException">The response has started.</exception>
    public static ResilienceForwarding ForwardResilienceEvents(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Response.HasStarted
            ? throw new InvalidOperationException("The response has started; call ForwardResilienceEvents before anything is written to it.")
            : new ResilienceForwarding(context);
    }
}
