namespace Handlers;

/// <summary>What a circuit thinks of its upstream. The numbers are those of the <c>circuit.state</c> gauge.</summary>
public enum CircuitState : byte
{
    /// <summary>The upstream is up: calls pass.</summary>
    Closed = 0,

    /// <summary>The upstream is down: calls are refused until the break is over.</summary>
    Open = 1,

    /// <summary>The break is over: a few calls pass as probes.</summary>
    HalfOpen = 2,

    /// <summary>Opened by hand: calls are refused until the circuit is reset by hand.</summary>
    Isolated = 3,
}
