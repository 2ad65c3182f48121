using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Handlers.Tool.Simulation.Peers;

/// <summary>
/// Microsoft's standard resilience handler, rebuilt on its engine, Polly.Core, with the defaults that learn.microsoft.com "Build resilient
/// HTTP apps" documents (read 2026-11): concurrency 1,000 without a queue, total timeout 30 s, three retries from 2 s exponential with jitter
/// that honour Retry-After, a circuit that breaks for 5 s at 10 % of at least 100 calls in 30 s, attempt timeout 10 s.
/// </summary>
internal sealed class StandardHandler(HttpMessageHandler inner, StandardPolicy policy) : DelegatingHandler(inner)
{
    private const int MaxRetries = 3;
    private static readonly TimeSpan BaseDelay = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan TotalTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestTotalTimeout = TimeSpan.FromHours(4);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(1);

    private int _underWay;

    /// <summary>As documented.</summary>
    public static StandardPolicy Documented(TimeProvider time, Random random) =>
        new(Pipeline(time, random, TotalTimeout, MaxRetries, maxDelay: null, retriesOpenCircuit: false), Permits: 1000);

    /// <summary>
    /// The same with what somebody would change who wants every call of a large job to succeed: a total timeout of four hours, unlimited retries,
    /// also of an open circuit, a backoff of at most a minute, and as much concurrency as there are calls.
    /// </summary>
    public static StandardPolicy Long(TimeProvider time, Random random) =>
        new(Pipeline(time, random, LongestTotalTimeout, int.MaxValue, LongestDelay, retriesOpenCircuit: true), Permits: int.MaxValue);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _underWay) > policy.Permits)
        {
            Interlocked.Decrement(ref _underWay);
            throw new HttpRequestException("The operation could not be executed because it was rejected by the rate limiter.");
        }

        try
        {
            return await policy.Pipeline.ExecuteAsync(
                static async (state, token) => await state.Handler.SendInnerAsync(state.Request, token).ConfigureAwait(false),
                (Handler: this, Request: request),
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private Task<HttpResponseMessage> SendInnerAsync(HttpRequestMessage request, CancellationToken cancellationToken) => base.SendAsync(request, cancellationToken);

    private static ResiliencePipeline<HttpResponseMessage> Pipeline(
        TimeProvider time, Random random, TimeSpan total, int retries, TimeSpan? maxDelay, bool retriesOpenCircuit) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddTimeout(total)
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = BaseDelay,
                MaxDelay = maxDelay,
                Randomizer = random.NextDouble,
                ShouldHandle = args => new(IsTransient(args.Outcome) || (retriesOpenCircuit && args.Outcome.Exception is BrokenCircuitException)),
                DelayGenerator = args => new(RetryAfter(args.Outcome.Result, time)),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                FailureRatio = 0.1,
                MinimumThroughput = 100,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(5),
                ShouldHandle = static args => new(IsTransient(args.Outcome)),
            })
            .AddTimeout(TimeSpan.FromSeconds(10))
            .Build();

    private static bool IsTransient(in Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or TimeoutRejectedException
        || outcome.Result?.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private static TimeSpan? RetryAfter(HttpResponseMessage? response, TimeProvider time)
    {
        TimeSpan? wait = response?.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - time.GetUtcNow(),
            _ => null,
        };
        return wait > TimeSpan.Zero ? wait : null;
    }
}
