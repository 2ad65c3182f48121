namespace Handlers.CircuitBreaker;

/// <summary>One change of state, handed to the caller so that logs and events are raised outside the circuit's lock.</summary>
/// <param name="From">The state left.</param>
/// <param name="To">The state entered.</param>
/// <param name="Reason">Why.</param>
/// <param name="Failures">Failures in a row at that moment.</param>
/// <param name="Break">How long the circuit stays open, when <paramref name="To"/> is <see cref="CircuitState.Open"/>.</param>
/// <param name="OpenUntil">The end of that break.</param>
internal sealed record CircuitTransition(
    CircuitState From, CircuitState To, CircuitTransitionReason Reason, int Failures, TimeSpan? Break, DateTimeOffset? OpenUntil);
