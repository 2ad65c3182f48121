using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>
/// What <c>IOptionsMonitor&lt;ResilienceHandlersOptions&gt;</c> shows: a copy of a client's options in force, all layers in it. It tells when others are in force: after a good
/// edit, never after a bad one. The framework's own knows only clients that were registered by name; defaults reach others as well.
/// </summary>
internal sealed class OptionsMonitor(ClientRegistry registry) : IOptionsMonitor<ResilienceHandlersOptions>
{
    public ResilienceHandlersOptions CurrentValue => Get(Options.DefaultName);

    public ResilienceHandlersOptions Get(string? name) => registry.OptionsOf(name ?? Options.DefaultName);

    public IDisposable OnChange(Action<ResilienceHandlersOptions, string?> listener)
    {
        var listening = new Listening(registry);
        registry.Listen(listening, client => listener(Get(client), client));
        return listening;
    }

    private sealed class Listening(ClientRegistry registry) : IDisposable
    {
        public void Dispose() => registry.StopListening(this);
    }
}
