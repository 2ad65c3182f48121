using Handlers.CircuitBreaker;

namespace Handlers;

/// <summary>One upstream of a client: its name, made once, and its circuit.</summary>
internal sealed class Upstream(Authority key, Circuit circuit)
{
    public Authority Key { get; } = key;

    public Circuit Circuit { get; } = circuit;

    public string Name => Circuit.Authority;

    /// <summary>Asked for since somebody last looked for upstreams to forget.</summary>
    public bool IsUsed { get; set; } = true;
}
