using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>Runs after everybody else who configures a client: a timeout that is finite then was set after ours.</summary>
internal sealed class TimeoutCheck(ClientRegistry registry) : IPostConfigureOptions<HttpClientFactoryOptions>
{
    public void PostConfigure(string? name, HttpClientFactoryOptions options)
    {
        if (name is not null && registry.Knows(name))
        {
            options.HttpClientActions.Add(http => registry.Get(name).Neighbours.ClientTimeout = http.Timeout);
        }
    }
}
