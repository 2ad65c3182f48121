namespace Handlers.CircuitBreaker;

/// <summary>A circuit's counters: an object of their own, so that counting does not take the cache line from those who only read the phase.</summary>
internal sealed class CircuitCounts
{
    private const int States = 4;

    public long Accepted;
    public long Rejected;
    public long Succeeded;
    public long Failed;
    public long Stale;
    public long Neutral;

    /// <summary>Attempts that were admitted and have not said yet how they ended.</summary>
    public long UnderWay =>
        Interlocked.Read(ref Accepted) - Interlocked.Read(ref Succeeded) - Interlocked.Read(ref Failed) - Interlocked.Read(ref Stale) - Interlocked.Read(ref Neutral);

    private readonly long[] _transitions = new long[States * States];

    public void Moved(CircuitState from, CircuitState to) => _transitions[((int)from * States) + (int)to]++;

    public IReadOnlyDictionary<(CircuitState From, CircuitState To), long> Transitions()
    {
        var pairs = new Dictionary<(CircuitState From, CircuitState To), long>();
        for (int pair = 0; pair < _transitions.Length; pair++)
        {
            if (_transitions[pair] > 0)
            {
                pairs.Add(((CircuitState)(pair / States), (CircuitState)(pair % States)), _transitions[pair]);
            }
        }

        return pairs;
    }
}
