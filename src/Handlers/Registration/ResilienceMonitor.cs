using Handlers.CircuitBreaker;

namespace Handlers.Registration;

/// <summary>Looks into the clients' state; holds none of its own.</summary>
internal sealed class ResilienceMonitor(ClientRegistry registry) : IResilienceMonitor
{
    public IReadOnlyList<CircuitSnapshot> Circuits => [.. registry.Clients.SelectMany(c => c.Circuits).Select(c => c.Snapshot())];

    public void Isolate(string client, string? authority = null)
    {
        foreach ((ClientState state, Circuit circuit) in Find(client, authority))
        {
            CircuitLog.Changed(state.Logger, circuit, circuit.Isolate());
        }
    }

    public void Reset(string client, string? authority = null)
    {
        foreach ((ClientState state, Circuit circuit) in Find(client, authority))
        {
            CircuitLog.Changed(state.Logger, circuit, circuit.Reset());
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
