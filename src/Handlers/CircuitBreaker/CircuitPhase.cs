namespace Handlers.CircuitBreaker;

/// <summary>
/// One stay in one state, and a generation: every change of state makes a new object, so counts begin anew and late results of an earlier phase
/// hit an object nobody reads any more.
/// </summary>
internal abstract class CircuitPhase(CircuitState state, TimeSpan since)
{
    public readonly CircuitState State = state;

    /// <summary>Circuit time, see <see cref="Circuit"/>.</summary>
    public readonly TimeSpan Since = since;

    public int Failures;
}
