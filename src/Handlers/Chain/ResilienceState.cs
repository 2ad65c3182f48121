using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Handlers.Idempotency;
using Handlers.Quotas;
using Handlers.Retry;
using Microsoft.Extensions.Logging;
using Polly;

namespace Handlers;

/// <summary>
/// What outlives every handler: one per container (or per <see cref="ResilienceHandlers.Create"/>). Clients, and what clients of one account share.
/// </summary>
internal sealed class ResilienceState(
    TimeProvider time, ILoggerFactory loggers, IEnumerable<Provider> providers, Random? random, IMeterFactory? meters = null)
{
    private const int SweepFrom = 1024;

    private readonly ConcurrentDictionary<string, RetryBudget> _budgets = new(StringComparer.Ordinal);
    private int _sweepAt = SweepFrom;
    private readonly Lock _randomLock = new();
    private readonly Random _random = random ?? new Random(System.Security.Cryptography.RandomNumberGenerator.GetInt32(int.MaxValue));

    public Clock Clock { get; } = new(time);

    public ILoggerFactory Loggers { get; } = loggers;

    public ProviderTable Providers { get; } = new(providers, loggers.CreateLogger("Handlers.Providers"));

    public CallMeter Metrics { get; } = new(meters);

    public EventHub Events { get; } = new(time);

    public QuotaLedger Ledger { get; } = new(time);

    /// <summary>The store that the app registered for all clients; null for one in memory.</summary>
    public IResponseStore? ResponseStore { get; init; }

    /// <summary>The store in memory for the clients that share one; it is as large as the largest of them wants it.</summary>
    public ResponseCaching.SharedResponseStore SharedResponses { get; } = new(time);

    /// <summary>What was written last, whichever client wrote: answers may be stored in one place for several.</summary>
    public ResponseCaching.InvalidationLog Invalidations { get; } = new();

    /// <summary>Makes named clients; null without a container.</summary>
    public Func<string, HttpClient>? Clients { get; init; }

    /// <summary>The keyed calls under way, whichever client makes them.</summary>
    public FlightTable KeyedFlights { get; } = new();

    /// <summary>The store for keys that the app registered for all clients; null for one in memory.</summary>
    public IIdempotencyStore? KeyStore { get; init; }

    public ResiliencePipeline<HttpResponseMessage> RetryPipeline { get; } = RetryLoop.Pipeline(time);

    /// <summary>A number in [0, 1) for jitter.</summary>
    public double NextRandom()
    {
        lock (_randomLock)
        {
            return _random.NextDouble();
        }
    }

    /// <summary>The budget of an account. Those that count nothing any more are forgotten when their number has doubled since the last look.</summary>
    public RetryBudget BudgetOf(string provider, string account, RetryBudgetSettings settings)
    {
        string key = $"{provider}/{account}";
        if (_budgets.TryGetValue(key, out RetryBudget? known))
        {
            return known;
        }

        if (_budgets.Count >= Volatile.Read(ref _sweepAt))
        {
            foreach ((string idle, RetryBudget budget) in _budgets)
            {
                if (budget.TryRetire())
                {
                    _budgets.TryRemove(KeyValuePair.Create(idle, budget));
                }
            }

            Volatile.Write(ref _sweepAt, Math.Max(SweepFrom, _budgets.Count * 2));
        }

        return _budgets.GetOrAdd(key, static (_, arg) => new RetryBudget(arg.settings, arg.time), (settings, time: Clock.Time));
    }
}
