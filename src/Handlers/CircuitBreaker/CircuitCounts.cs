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

    public IReadOnlyDictionary<CircuitState, IReadOnlyDictionary<CircuitState, long>> Transitions()
    {
        var all = new Dictionary<CircuitState, IReadOnlyDictionary<CircuitState, long>>();
        for (int from = 0; from < States; from++)
        {
            Dictionary<CircuitState, long> counts = [];
            for (int to = 0; to < States; to++)
            {
                if (_transitions[(from * States) + to] is > 0 and var count)
                {
                    counts.Add((CircuitState)to, count);
                }
            }

            if (counts.Count > 0)
            {
                all.Add((CircuitState)from, counts);
            }
        }

        return all;
    }
}
