namespace Handlers;

/// <summary>All clients of a container, to look at and to steer. A singleton of the container.</summary>
public interface IResilienceMonitor
{
    /// <summary>Every circuit that has seen a call.</summary>
    IReadOnlyList<CircuitSnapshot> Circuits { get; }

    /// <summary>Opens circuits by hand until <see cref="Reset"/>: calls are refused at once.</summary>
    /// <param name="client">The client's name.</param>
    /// <param name="authority">The upstream as in <see cref="CircuitSnapshot.Authority"/>; null for all of the client's.</param>
    /// <exception cref="ArgumentException">No circuit fits; the message lists those there are.</exception>
    void Isolate(string client, string? authority = null);

    /// <summary>Closes circuits by hand and forgets their failures.</summary>
    /// <param name="client">The client's name.</param>
    /// <param name="authority">The upstream as in <see cref="CircuitSnapshot.Authority"/>; null for all of the client's.</param>
    /// <exception cref="ArgumentException">No circuit fits; the message lists those there are.</exception>
    void Reset(string client, string? authority = null);
}
