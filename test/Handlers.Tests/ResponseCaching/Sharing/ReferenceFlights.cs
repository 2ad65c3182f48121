namespace Handlers.Tests.ResponseCaching;

/// <summary>What single flight must do, in the plainest form: who leads for a key, who waits for him, and which keys are not worth waiting for.</summary>
internal sealed class ReferenceFlights
{
    /// <summary>What <see cref="Come"/> answers to who goes to the server beside the others.</summary>
    public const int Alone = -1;

    private readonly Dictionary<int, Flown> _flights = [];
    private readonly HashSet<int> _unshared = [];

    public IEnumerable<int> Leaders => _flights.Values.Select(flown => flown.Leader.Id);

    /// <summary>Whom it waits for: itself when it leads, <see cref="Alone"/> when it neither leads nor waits.</summary>
    public int Come(Visitor visitor)
    {
        if (_unshared.Contains(visitor.Key))
        {
            return Alone;
        }

        if (!_flights.TryGetValue(visitor.Key, out Flown? flown))
        {
            _flights[visitor.Key] = new Flown(visitor, []);
            return visitor.Id;
        }

        if (flown.Leader.Language != visitor.Language || flown.Leader.Priority > visitor.Priority)
        {
            return Alone;
        }

        flown.Waiting.Add(visitor.Id);
        return flown.Leader.Id;
    }

    public bool TryLand(int leader)
    {
        int key = KeyOf(leader);
        return _flights[key].Waiting.Count == 0 && _flights.Remove(key);
    }

    /// <summary>Who is told.</summary>
    public IReadOnlyList<int> Land(int leader)
    {
        _flights.Remove(KeyOf(leader), out Flown? flown);
        return flown!.Waiting;
    }

    public void Note(int key, bool shareable) => _ = shareable ? _unshared.Remove(key) : _unshared.Add(key);

    private int KeyOf(int leader) => _flights.Single(flight => flight.Value.Leader.Id == leader).Key;

    internal sealed record Visitor(int Id, int Key, string Language, CallPriority Priority);

    private sealed record Flown(Visitor Leader, List<int> Waiting);
}
