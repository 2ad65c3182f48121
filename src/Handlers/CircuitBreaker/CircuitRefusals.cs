namespace Handlers.CircuitBreaker;

/// <summary>Turns a circuit's refusal into what the caller gets: a sentence with the upstream, since when, until when, and what to change.</summary>
internal static class CircuitRefusals
{
    public static CircuitOpenException Refuse(Call call, Circuit circuit, CircuitRefusal refusal)
    {
        call.Client.Stats.Refused("circuit_open");
        string until = refusal.RetryAt is { } at ? $" Calls may pass again at {at:O}." : "";
        string message = refusal.State switch
        {
            CircuitState.Isolated => $"{call.Operation}: the circuit to {circuit.Authority} was isolated by hand at {refusal.Since:O}. Reset it to let calls pass.",
            CircuitState.HalfOpen => $"{call.Operation}: the circuit to {circuit.Authority} is testing the upstream; its probes are under way.{until}",
            CircuitState.Closed => $"{call.Operation}: the circuit to {circuit.Authority} has just closed and lets calls pass slowly.{until}",
            _ => $"{call.Operation}: the circuit to {circuit.Authority} is open since {refusal.Since:O}, after {refusal.Failures} failures in a row.{until} "
                + "Wait for it with Retry:WaitForCircuit, or see CircuitBreaker:FailureThreshold and BreakDuration.",
        };
        return new CircuitOpenException(message, circuit.Authority, refusal.State, refusal.RetryAfter, refusal.RetryAt, new CallReport(call));
    }
}
