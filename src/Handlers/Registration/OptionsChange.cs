using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Handlers.Registration;

/// <summary>Tells <c>IOptionsMonitor&lt;ResilienceHandlersOptions&gt;</c> when other options of a client are in force: after a good edit, never after a bad one.</summary>
internal sealed class OptionsChange(ClientRegistry registry, string client) : IOptionsChangeTokenSource<ResilienceHandlersOptions>
{
    public string Name => client;

    public IChangeToken GetChangeToken() => registry.ChangeOf(client);
}
