namespace Handlers.CircuitBreaker;

/// <summary>Calls are refused until <see cref="Until"/> (circuit time).</summary>
internal sealed class OpenPhase(TimeSpan since, TimeSpan until) : CircuitPhase(CircuitState.Open, since)
{
    public TimeSpan Until = until;
}
