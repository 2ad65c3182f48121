using System.Net;
using BenchmarkDotNet.Attributes;

namespace Handlers.Benchmarks.Suite;

/// <summary>Calls that do not leave: an open circuit, and a gate that stays closed for longer than the caller waits.</summary>
public class Refused
{
    private Caller _polly = null!;
    private Caller _circuit = null!;
    private Caller _circuitAsResponse = null!;
    private Caller _gate = null!;
    private Caller _gateAsResponse = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _polly = Open(transport => new PollyHandler(opensAtOnce: true) { InnerHandler = transport });
        _circuit = Open(transport => Chains.Ours(transport, OpensAtOnce));
        _circuitAsResponse = Open(transport => Chains.Ours(transport, options =>
        {
            OpensAtOnce(options);
            options.Rejections = RejectionStyle.Response;
        }));
        _gate = Closed(RejectionStyle.Exception);
        _gateAsResponse = Closed(RejectionStyle.Response);
        foreach (Caller caller in new[] { _polly, _circuit, _circuitAsResponse, _gate, _gateAsResponse })
        {
            await caller.TryAsync();
            await caller.TryAsync();
        }
    }

    [Benchmark(Baseline = true, Description = "open circuit, Polly.Core pipeline")]
    public Task<bool> Polly() => _polly.TryAsync();

    [Benchmark(Description = "open circuit, our chain")]
    public Task<bool> Circuit() => _circuit.TryAsync();

    [Benchmark(Description = "open circuit, our chain, as a response")]
    public Task<bool> CircuitAsResponse() => _circuitAsResponse.TryAsync();

    [Benchmark(Description = "closed gate, our chain")]
    public Task<bool> Gate() => _gate.TryAsync();

    [Benchmark(Description = "closed gate, our chain, as a response")]
    public Task<bool> GateAsResponse() => _gateAsResponse.TryAsync();

    private static void OpensAtOnce(ResilienceHandlersOptions options)
    {
        options.Retry.Enabled = false;
        options.CircuitBreaker.FailureThreshold = 1;
        options.CircuitBreaker.BreakDuration = TimeSpan.FromHours(1);
        options.CircuitBreaker.MaxBreakDuration = TimeSpan.FromHours(1);
    }

    private static Caller Open(Func<HttpMessageHandler, HttpMessageHandler> chain) =>
        new(chain(new StubTransport(asynchronous: true) { Statuses = [HttpStatusCode.ServiceUnavailable] }), asynchronous: true);

    private static Caller Closed(RejectionStyle style) => new(
        Chains.Ours(new StubTransport(asynchronous: true) { Statuses = [HttpStatusCode.TooManyRequests, HttpStatusCode.OK], RetryAfter = "3600" }, options =>
        {
            options.Retry.Enabled = false;
            options.Pacing.MaxWait = TimeSpan.Zero;
            options.Rejections = style;
        }),
        asynchronous: true);
}
