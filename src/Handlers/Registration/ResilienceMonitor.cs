using Handlers.CircuitBreaker;

namespace Handlers.Registration;

/// <summary>Looks into the clients' state; holds none of its own.</summary>
internal sealed class ResilienceMonitor(ClientRegistry registry, ResilienceState shared) : IResilienceMonitor
{
    public IReadOnlyList<CircuitSnapshot> Circuits => [.. registry.Clients.SelectMany(c => c.Circuits).Select(c => c.Snapshot())];

    public IReadOnlyList<CircuitSnapshot> OpenCircuits => [.. Circuits.Where(circuit => circuit.State != CircuitState.Closed)];

    public IReadOnlyList<QuotaSnapshot> Quotas => shared.Ledger.Snapshot();

    public IReadOnlyList<ClientSnapshot> Clients => [.. registry.Clients.OrderBy(client => client.Name, StringComparer.Ordinal).Select(client => client.Snapshot())];

    public IAsyncEnumerable<ResilienceEvent> Watch(CancellationToken cancellationToken = default) => shared.Events.Watch(cancellationToken);

    public IReadOnlyList<WaitSnapshot> Explain(string? client = null, int most = 100)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 1);
        return shared.Ledger.Explain(client, most);
    }

    public WaitSnapshot? Explain(HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Call.Of(request) is { Waiter: { } waiter } call && shared.Ledger.Explain(waiter) is { } wait ? wait with { Operation = call.Operation } : null;
    }

    public void Isolate(string client, string? authority = null)
    {
        foreach ((ClientState state, Circuit circuit) in Find(client, authority))
        {
            CircuitChanges.Tell(state, circuit, circuit.Isolate(), call: null);
        }
    }

    public void Reset(string client, string? authority = null)
    {
        foreach ((ClientState state, Circuit circuit) in Find(client, authority))
        {
            CircuitChanges.Tell(state, circuit, circuit.Reset(), call: null);
        }
    }

    private (ClientState State, Circuit Circuit)[] Find(string client, string? authority)
    {
        (ClientState State, Circuit Circuit)[] all = [.. registry.Clients.SelectMany(state => state.Circuits, (state, circuit) => (state, circuit))];
        (ClientState State, Circuit Circuit)[] found =
            [.. all.Where(c => c.State.Name == client && (authority is null || c.Circuit.Authority.Equals(authority, StringComparison.OrdinalIgnoreCase)))];
        if (found.Length == 0)
        {
            string known = all.Length == 0 ? "no circuit has seen a call yet" : "there are " + string.Join(", ", all.Select(c => $"{c.State.Name} {c.Circuit.Authority}"));
            throw new ArgumentException($"Client \"{client}\" has no circuit{(authority is null ? "" : $" to {authority}")}: {known}.", nameof(client));
        }

        return found;
    }
}
