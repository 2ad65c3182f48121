namespace Handlers;

/// <summary>Placeholder until the circuit's own file arrives.</summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>Switches the handler on or off. Default true.</summary>
    public bool Enabled { get; set; } = true;
}
