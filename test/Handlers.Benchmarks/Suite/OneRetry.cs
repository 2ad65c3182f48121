using System.Net;
using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>One 503, then success, without a wait.</summary>
public class OneRetry
{
    private Caller _twice = null!;
    private Caller _polly = null!;
    private Caller _ours = null!;

    [Params(false, true)]
    public bool Asynchronous { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _twice = Over(transport => new TwiceHandler { InnerHandler = transport });
        _polly = Over(Chains.Polly);
        _ours = Over(Chains.Retrying);
    }

    [Benchmark(Baseline = true, Description = "a handler that sends twice")]
    public Task Twice() => _twice.OnceAsync();

    [Benchmark(Description = "Polly.Core pipeline")]
    public Task Polly() => _polly.OnceAsync();

    [Benchmark(Description = "our chain")]
    public Task Ours() => _ours.OnceAsync();

    private Caller Over(Func<HttpMessageHandler, HttpMessageHandler> chain) => new(
        chain(new StubTransport(Asynchronous) { Statuses = [HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK], Repeats = true }), Asynchronous);
}
