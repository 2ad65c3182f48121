using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>Configures the factory's options of one client, or of every client; unlike a plain action it is told the name.</summary>
internal sealed class ChainInstaller(string? only, Action<string, HttpClientFactoryOptions> install) : IConfigureNamedOptions<HttpClientFactoryOptions>
{
    public void Configure(string? name, HttpClientFactoryOptions options)
    {
        if (name is not null && (only is null || only == name))
        {
            install(name, options);
        }
    }

    public void Configure(HttpClientFactoryOptions options) => Configure(Options.DefaultName, options);
}
