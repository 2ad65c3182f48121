using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>Two threads through one client, or through one account of the ledger: what they pay for what they share. Time is per call, of both together.</summary>
public class TwoThreads
{
    private const int Calls = 20_000;

    private Caller _bare = null!;
    private Caller _polly = null!;
    private Caller _ours = null!;
    private LedgerCost _ledger = null!;

    [GlobalSetup]
    public void Setup()
    {
        _bare = new Caller(new StubTransport(asynchronous: false), asynchronous: false);
        _polly = new Caller(Chains.Polly(new StubTransport(asynchronous: false)), asynchronous: false);
        _ours = new Caller(Chains.Ours(new StubTransport(asynchronous: false)), asynchronous: false);
        _ledger = new LedgerCost(1);
    }

    [Benchmark(Baseline = true, Description = "bare client", OperationsPerInvoke = Calls)]
    public Task Bare() => BothAsync(_bare.Send);

    [Benchmark(Description = "Polly.Core pipeline", OperationsPerInvoke = Calls)]
    public Task Polly() => BothAsync(_polly.Send);

    [Benchmark(Description = "our chain", OperationsPerInvoke = Calls)]
    public Task Ours() => BothAsync(_ours.Send);

    [Benchmark(Description = "grants of one account", OperationsPerInvoke = Calls)]
    public Task Grants() => BothAsync(count => _ledger.Grant(0, count));

    private static Task BothAsync(Action<int> work) => Task.WhenAll(Task.Run(() => work(Calls / 2)), Task.Run(() => work(Calls / 2)));
}
