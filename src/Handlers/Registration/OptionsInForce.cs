using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>
/// What <c>IOptionsMonitor&lt;ResilienceHandlersOptions&gt;.Get(client)</c> gives: a copy of the client's options in force, all layers in it. Changing it changes nothing.
/// </summary>
internal sealed class OptionsInForce(ClientRegistry registry) : IOptionsFactory<ResilienceHandlersOptions>
{
    public ResilienceHandlersOptions Create(string name) => registry.OptionsOf(name);
}
