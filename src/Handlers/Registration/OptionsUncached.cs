using Microsoft.Extensions.Options;

namespace Handlers.Registration;

/// <summary>
/// Keeps nothing, so that <c>IOptionsMonitor&lt;ResilienceHandlersOptions&gt;</c> shows what is in force also for clients that nobody registered by name, of whose edits no
/// change token could tell it.
/// </summary>
internal sealed class OptionsUncached : IOptionsMonitorCache<ResilienceHandlersOptions>
{
    public ResilienceHandlersOptions GetOrAdd(string? name, Func<ResilienceHandlersOptions> createOptions) => createOptions();

    public bool TryAdd(string? name, ResilienceHandlersOptions options) => false;

    public bool TryRemove(string? name) => false;

    public void Clear()
    {
    }
}
