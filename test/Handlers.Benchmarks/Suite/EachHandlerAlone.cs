using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>The same call through one handler that was made in code, with its defaults.</summary>
public class EachHandlerAlone
{
    private Caller _bare = null!;
    private Caller _alone = null!;

    [Params("ResponseCaching", "Idempotency", "Fallback", "Retry", "CircuitBreaker", "Pacing", "AttemptTimeout", "RateLimit")]
    public string Handler { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _bare = new Caller(new StubTransport(asynchronous: true), asynchronous: true);
        DelegatingHandler alone = Handler switch
        {
            "ResponseCaching" => new ResponseCachingHandler(new ResponseCachingOptions()),
            "Idempotency" => new IdempotencyHandler(new IdempotencyOptions()),
            "Fallback" => new FallbackHandler(new FallbackOptions { Models = "other" }),
            "Retry" => new RetryHandler(new RetryOptions()),
            "CircuitBreaker" => new CircuitBreakerHandler(new CircuitBreakerOptions()),
            "Pacing" => new PacingHandler(new PacingOptions { Limits = "1000000000/second" }),
            "AttemptTimeout" => new AttemptTimeoutHandler(new AttemptTimeoutOptions()),
            _ => new RateLimitHandler(new RateLimitOptions()),
        };
        alone.InnerHandler = new StubTransport(asynchronous: true);
        _alone = new Caller(alone, asynchronous: true);
    }

    [Benchmark(Baseline = true, Description = "bare client")]
    public Task Bare() => _bare.OnceAsync();

    [Benchmark(Description = "one handler")]
    public Task Alone() => _alone.OnceAsync();
}
