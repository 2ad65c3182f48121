using Microsoft.Extensions.Http;

namespace Handlers.Registration;

/// <summary>
/// Looks at each finished chain: another handler beside ours that retries as well would multiply attempts, and one warning names both and the cure.
/// </summary>
internal sealed class NeighbourCheck(ClientRegistry registry) : IHttpMessageHandlerBuilderFilter
{
    private static readonly string[] Retrying = ["Microsoft.Extensions.Http.Resilience.", "Polly.", "Microsoft.Extensions.Http.PolicyHttpMessageHandler"];

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        if (builder.Name is not { } name || !builder.AdditionalHandlers.Any(handler => handler is RetryHandler))
        {
            return;
        }

        foreach (DelegatingHandler handler in builder.AdditionalHandlers)
        {
            string type = handler.GetType().FullName ?? "";
            if (Array.Exists(Retrying, prefix => type.StartsWith(prefix, StringComparison.Ordinal)))
            {
                registry.Get(name).Neighbours.SeenHandler(type);
            }
        }
    };
}
