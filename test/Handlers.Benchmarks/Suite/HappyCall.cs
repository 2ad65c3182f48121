using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>A GET that is answered at once with 200, GitHub's headers, and a body still to come.</summary>
public class HappyCall
{
    private Caller _bare = null!;
    private Caller _empty1 = null!;
    private Caller _empty4 = null!;
    private Caller _empty8 = null!;
    private Caller _polly = null!;
    private Caller _full = null!;
    private Caller _withoutCaching = null!;
    private Caller _off = null!;

    [Params(false, true)]
    public bool Asynchronous { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _bare = Over(transport => transport);
        _empty1 = Over(transport => Chains.Empty(transport, 1));
        _empty4 = Over(transport => Chains.Empty(transport, 4));
        _empty8 = Over(transport => Chains.Empty(transport, 8));
        _polly = Over(Chains.Polly);
        _full = Over(transport => Chains.Ours(transport));
        _withoutCaching = Over(transport => Chains.Ours(transport, options => options.Caching.Enabled = false));
        _off = Over(Chains.SwitchedOff);
    }

    [Benchmark(Baseline = true, Description = "bare client")]
    public Task Bare() => _bare.OnceAsync();

    [Benchmark(Description = "1 empty handler")]
    public Task Empty1() => _empty1.OnceAsync();

    [Benchmark(Description = "4 empty handlers")]
    public Task Empty4() => _empty4.OnceAsync();

    [Benchmark(Description = "8 empty handlers")]
    public Task Empty8() => _empty8.OnceAsync();

    [Benchmark(Description = "Polly.Core pipeline")]
    public Task Polly() => _polly.OnceAsync();

    [Benchmark(Description = "our chain")]
    public Task Full() => _full.OnceAsync();

    [Benchmark(Description = "our chain, caching off")]
    public Task WithoutCaching() => _withoutCaching.OnceAsync();

    [Benchmark(Description = "our chain, switched off")]
    public Task Off() => _off.OnceAsync();

    private Caller Over(Func<HttpMessageHandler, HttpMessageHandler> chain) => new(chain(new StubTransport(Asynchronous)), Asynchronous);
}
