using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>A grant, settled and released, in a ledger of so many accounts, each met in turn. What a quota keeps in memory: the command <c>ledger</c>.</summary>
public class LedgerGrants
{
    private const int Grants = 10_000;

    private LedgerCost _ledger = null!;
    private int _next;

    [Params(1, 1_000, 100_000, 1_000_000)]
    public int Accounts { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _ledger = new LedgerCost(Accounts);
        _ledger.Grant(0, Accounts);
    }

    [Benchmark(Description = "a grant", OperationsPerInvoke = Grants)]
    public void Grant()
    {
        _ledger.Grant(_next, Grants);
        _next = (_next + Grants) % Accounts;
    }
}
