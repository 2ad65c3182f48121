using System.Collections.Immutable;
using System.Globalization;
using Handlers.Quotas;

namespace Handlers.Benchmarks;

/// <summary>What a grant costs in a ledger of one account and in one of a million, and what a quota of two limits keeps in memory. Names are not counted.</summary>
internal sealed class LedgerCost
{
    private const int Many = 1_000_000;
    private const int Rounds = 30;
    private const int GrantsPerRound = 50_000;

    private readonly QuotaPolicy _policy;
    private readonly QuotaLedger _ledger = new(TimeProvider.System);
    private readonly string[] _names;

    private LedgerCost(int accounts)
    {
        // Long periods: nothing is forgotten while it is measured. Each account is met in an order of its own, as in a process that serves many.
        if (!LimitGrammar.TryParse("1000000000/hour; window, 1000000000/day; window", out ImmutableArray<LimitSpec> limits, out string? error))
        {
            throw new InvalidOperationException(error);
        }

        _policy = new QuotaPolicy("benchmark", 1, limits, []);
        _names = [.. Enumerable.Range(0, accounts).Select(i => i.ToString(CultureInfo.InvariantCulture))];
        new Random(1).Shuffle(_names);
    }

    public static LedgerFigures Measure()
    {
        var one = new LedgerCost(1);
        var many = new LedgerCost(Many);
        one.Grant(0, GrantsPerRound);
        double perQuota = many.Fill();
        List<double> oneNs = [];
        List<double> manyNs = [];
        long bytes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            oneNs.Add(one.Time(round));
            manyNs.Add(many.Time(round));
            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return new LedgerFigures(Median(oneNs), Median(manyNs), perQuota, bytes / (2.0 * Rounds * GrantsPerRound));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private double Fill()
    {
        long before = GC.GetTotalMemory(forceFullCollection: true);
        Grant(0, _names.Length);
        long after = GC.GetTotalMemory(forceFullCollection: true);
        return (after - before) / (double)_names.Length;
    }

    private double Time(int round)
    {
        long start = TimeProvider.System.GetTimestamp();
        Grant(round * GrantsPerRound, GrantsPerRound);
        return TimeProvider.System.GetElapsedTime(start).TotalNanoseconds / GrantsPerRound;
    }

    private void Grant(int from, int count)
    {
        for (int i = 0; i < count; i++)
        {
            Grant grant = default;
            var demand = new QuotaDemand
            {
                Policy = _policy,
                Provider = "benchmark",
                Account = _names[(from + i) % _names.Length],
                MaxWait = Timeout.InfiniteTimeSpan,
                TimeLeft = Timeout.InfiniteTimeSpan,
            };
            if (_ledger.Admit(demand, ref grant, out _, out QuotaRefusal? refusal) != Admission.Granted)
            {
                throw new InvalidOperationException(refusal?.Message ?? "A call waited where none should.");
            }

            _ledger.Settle(ref grant, Verdict.Ok, TimeProvider.System.GetTimestamp());
            _ledger.Release(ref grant);
        }
    }
}
