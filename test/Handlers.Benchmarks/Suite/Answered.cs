using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>Calls that are answered here: from the cache, and with the result of an earlier call under the same key.</summary>
public class Answered
{
    private CachedAnswer _cached = null!;
    private Caller _keyed = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _cached = await CachedAnswer.MakeAsync();
        _keyed = new Caller(Chains.Ours(new StubTransport(asynchronous: true), options => options.Idempotency.HeaderName = "Idempotency-Key"), asynchronous: true)
        {
            IdempotencyKey = "order-17",
            ReadsBody = true,
        };
        await _keyed.OnceAsync();
    }

    [Benchmark(Baseline = true, Description = "MemoryCache, and building the response")]
    public bool LookUpAndBuild() => _cached.LookUp(0) && _cached.Build(0);

    [Benchmark(Description = "cache hit")]
    public Task Hit() => _cached.HitAsync(0);

    [Benchmark(Description = "keyed replay, our chain")]
    public Task Replay() => _keyed.OnceAsync();
}
