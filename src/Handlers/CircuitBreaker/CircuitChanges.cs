namespace Handlers.CircuitBreaker;

/// <summary>Tells a circuit's change of state to the log and to whoever watches, outside of its lock.</summary>
internal static class CircuitChanges
{
    /// <param name="client">Whose circuit it is.</param>
    /// <param name="circuit">The circuit.</param>
    /// <param name="transition">The change; null when there was none.</param>
    /// <param name="call">The call that caused it; null for a change by hand.</param>
    public static void Tell(ClientState client, Circuit circuit, CircuitTransition? transition, Call? call)
    {
        if (transition is null)
        {
            return;
        }

        CircuitLog.Changed(client.Logger, circuit, transition);
        client.State.Metrics.CircuitChanged(client.Name, circuit.Authority, transition.From, transition.To);
        if (call?.Trace is null && !client.State.Events.IsWatched)
        {
            return;
        }

        var change = new ResilienceEvent
        {
            Kind = ResilienceEventKind.CircuitChanged,
            At = client.State.Events.Now,
            Message = Sentence(circuit, transition),
            Client = client.Name,
            Authority = circuit.Authority,
            Circuit = transition.To,
            Delay = transition.Break,
            Until = transition.OpenUntil,
            Cause = transition.Reason.ToString(),
        };
        if (call?.Trace is { } trace)
        {
            trace.Tell(change);
        }
        else
        {
            client.State.Events.Publish(change);
        }
    }

    private static string Sentence(Circuit circuit, CircuitTransition transition) => transition.To switch
    {
        CircuitState.Open => $"Circuit to {circuit.Authority} opened after {transition.Failures} failures in a row.",
        CircuitState.HalfOpen => $"Circuit to {circuit.Authority} lets a probe pass.",
        CircuitState.Isolated => $"Circuit to {circuit.Authority} was isolated by hand.",
        _ when transition.Reason == CircuitTransitionReason.ResetByHand => $"Circuit to {circuit.Authority} was reset by hand.",
        _ => $"Circuit to {circuit.Authority} closed again.",
    };
}
