namespace Handlers.CircuitBreaker;

/// <summary>Calls are refused until somebody resets the circuit.</summary>
internal sealed class IsolatedPhase(TimeSpan since) : CircuitPhase(CircuitState.Isolated, since);
