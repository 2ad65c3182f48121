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

    // One in so many successes is looked at for how long it took, and each of them lets the slowest go by an eighth.
    private const long Sampled = 16;
    private const long Decay = 8;

    private readonly long[] _transitions = new long[States * States];
    private long _slowest;

    /// <summary>What usually fails. Guarded by the circuit's lock.</summary>
    public UsualFailures Usual { get; } = new();

    /// <summary>Attempts that were admitted and have not said yet how they ended.</summary>
    public long UnderWay => Interlocked.Read(ref Accepted) - Ended - Interlocked.Read(ref Stale);

    /// <summary>How long the slowest of the latest successes took; zero while none has come.</summary>
    public TimeSpan Slowest => TimeSpan.FromTicks(Volatile.Read(ref _slowest));

    /// <summary>Attempts that said how they ended while the phase that admitted them lasted.</summary>
    public long Ended => Interlocked.Read(ref Succeeded) + Interlocked.Read(ref Failed) + Interlocked.Read(ref Neutral);

    public void Count(CircuitSignal signal, TimeSpan took)
    {
        switch (signal)
        {
            case CircuitSignal.Success:
                Succeed(took);
                break;
            case CircuitSignal.Failure:
            case CircuitSignal.Echo:
                Interlocked.Increment(ref Failed);
                break;
            default:
                Interlocked.Increment(ref Neutral);
                break;
        }
    }

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

    private void Succeed(TimeSpan took)
    {
        if (Interlocked.Increment(ref Succeeded) % Sampled == 1)
        {
            // Two at once: one of them is not heard, and one in sixteen is enough.
            long slowest = Volatile.Read(ref _slowest);
            Volatile.Write(ref _slowest, Math.Max(took.Ticks, slowest - (slowest / Decay)));
        }
    }
}
