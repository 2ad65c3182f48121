namespace Handlers;

/// <summary>All clients of a container, to look at and to steer. A singleton of the container.</summary>
public interface IResilienceMonitor
{
    /// <summary>Every circuit that has seen a call.</summary>
    IReadOnlyList<CircuitSnapshot> Circuits { get; }

    /// <summary>Those that are not closed.</summary>
    IReadOnlyList<CircuitSnapshot> OpenCircuits { get; }

    /// <summary>Every quota that has seen a call, over all clients.</summary>
    IReadOnlyList<QuotaSnapshot> Quotas { get; }

    /// <summary>Every client that was created so far, by name.</summary>
    IReadOnlyList<ClientSnapshot> Clients { get; }

    /// <summary>
    /// What happens from the beginning of the enumeration on, until <paramref name="cancellationToken"/> fires. Each watcher may be 1,024 events behind; then the oldest are dropped and
    /// counted in an event of kind <see cref="ResilienceEventKind.Missed"/>. Watching never slows a call down.
    /// </summary>
    /// <param name="cancellationToken">Ends the watch with an <see cref="OperationCanceledException"/>.</param>
    IAsyncEnumerable<ResilienceEvent> Watch(CancellationToken cancellationToken = default);

    /// <summary>Why calls wait for their quotas: for each one which limit has no room, how many are ahead of it, and when it is expected to go.</summary>
    /// <param name="client">The client's name; null for all.</param>
    /// <param name="most">The greatest number; those that go first are shown. Default 100.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="most"/> is less than 1.</exception>
    IReadOnlyList<WaitSnapshot> Explain(string? client = null, int most = 100);

    /// <summary>Why one call waits.</summary>
    /// <param name="request">The request that it was sent with.</param>
    /// <returns>Null when it does not wait for a quota: it is under way, has ended, or sleeps before a retry.</returns>
    WaitSnapshot? Explain(HttpRequestMessage request);

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
