namespace Handlers.CircuitBreaker;

/// <summary>Why a circuit let a call not pass, and when asking again makes sense.</summary>
/// <param name="State">The state that refused; <see cref="CircuitState.Closed"/> means the ramp after closing.</param>
/// <param name="Since">When the circuit entered that state.</param>
/// <param name="Failures">Failures in a row, as in <see cref="CircuitSnapshot.Failures"/>.</param>
/// <param name="RetryAfter">
/// Open: what is left of the break. Half-open with all probes under way, and ramp: a short time. Isolated: null, nobody knows.
/// </param>
/// <param name="RetryAt">The instant <paramref name="RetryAfter"/> leads to.</param>
internal sealed record CircuitRefusal(CircuitState State, DateTimeOffset Since, int Failures, TimeSpan? RetryAfter, DateTimeOffset? RetryAt);
