using System.Collections.Immutable;
using System.Globalization;
using Handlers.Quotas;

namespace Handlers.Benchmarks;

/// <summary>What a grant costs in a ledger of one account and in one of a million, and what a quota of two limits keeps in memory. Names are not counted.</summary>
internal sealed class LedgerCost
{
    private static readonly int[] Sizes = [1, 1_000, 100_000, 1_000_000];
    private const int Rounds = 30;
    private const int GrantsPerRound = 50_000;

    private readonly QuotaPolicy _policy;
    private readonly QuotaLedger _ledger = new(TimeProvider.System);
    private readonly string[] _names;

    public LedgerCost(int accounts)
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
        Size[] sizes = [new(Sizes[0]), new(Sizes[^1])];
        double bytes = Compete(sizes);
        return new LedgerFigures(Median(sizes[0].Nanoseconds), Median(sizes[1].Nanoseconds), sizes[1].BytesPerQuota, bytes);
    }

    /// <summary>The whole table: one quota, a thousand, a hundred thousand, a million.</summary>
    public static int Run()
    {
        Size[] sizes = Array.ConvertAll(Sizes, accounts => new Size(accounts));
        double bytes = Compete(sizes);
        double one = Median(sizes[0].Nanoseconds);
        foreach (Size size in sizes)
        {
            double ns = Median(size.Nanoseconds);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{size.Ledger._names.Length,9:N0} quotas: {ns,6:F0} ns a grant ({ns / one:F1} x), {bytes:F1} B; {size.BytesPerQuota:F0} B kept per quota"));
        }

        return 0;
    }

    public void Grant(int from, int count)
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

    /// <summary>The bytes allocated by a grant, over all sizes.</summary>
    private static double Compete(Size[] sizes)
    {
        long bytes = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            foreach (Size size in sizes)
            {
                size.Nanoseconds[round] = size.Ledger.Time(round);
            }

            bytes += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return bytes / ((double)sizes.Length * Rounds * GrantsPerRound);
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

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

    /// <summary>A ledger of so many accounts while it is measured.</summary>
    private sealed class Size
    {
        public Size(int accounts)
        {
            Ledger = new LedgerCost(accounts);
            BytesPerQuota = Ledger.Fill();
            Ledger.Grant(0, GrantsPerRound);
        }

        public LedgerCost Ledger { get; }

        public double BytesPerQuota { get; }

        public double[] Nanoseconds { get; } = new double[Rounds];
    }
}
