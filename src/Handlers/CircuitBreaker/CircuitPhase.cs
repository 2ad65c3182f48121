namespace Handlers.CircuitBreaker;

/// <summary>
/// One stay in one state, and a generation: every change of state makes a new object, so counts begin anew and late results of an earlier phase
/// hit an object nobody reads any more. Guarded by the circuit's lock where nothing else is said.
/// </summary>
internal abstract class CircuitPhase(CircuitState state, TimeSpan since)
{
    public readonly CircuitState State = state;

    /// <summary>Circuit time, see <see cref="Circuit"/>.</summary>
    public readonly TimeSpan Since = since;

    public int Failures;

    /// <summary>Whether one more attempt may pass now.</summary>
    /// <param name="urgency">How urgent it is.</param>
    /// <param name="settings">What holds now.</param>
    /// <param name="now">Now.</param>
    /// <param name="retryAfter">When it may not: after which time asking again makes sense; null when nobody knows.</param>
    public abstract bool LetsPass(Urgency urgency, CircuitSettings settings, TimeSpan now, out TimeSpan? retryAfter);

    /// <summary>Takes what an admitted attempt takes here.</summary>
    /// <param name="number">Which of the circuit's attempts it is.</param>
    /// <param name="now">Now.</param>
    /// <returns>The mark that it brings back with its result.</returns>
    public abstract long Take(long number, TimeSpan now);

    /// <summary>Takes the result of an attempt that this phase admitted.</summary>
    /// <returns>Why the phase ends with it; null when it goes on.</returns>
    public abstract CircuitTransitionReason? Record(long mark, CircuitSignal signal, CircuitSettings settings, TimeSpan now);

    /// <summary>How many attempts may pass now; null for any number.</summary>
    public abstract int? Free(TimeSpan now, CircuitSettings settings);
}
