using System.Net;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace Handlers.Benchmarks;

/// <summary>The usual hand-made stack on Polly.Core: total timeout, retry, circuit breaker and attempt timeout in one handler.</summary>
internal sealed class PollyHandler(bool opensAtOnce = false) : DelegatingHandler
{
    private static readonly ResiliencePropertyKey<HttpRequestMessage> RequestKey = new("request");

    private readonly ResiliencePipeline<HttpResponseMessage> _pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
        .AddTimeout(TimeSpan.FromSeconds(100))
        .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = static args => new ValueTask<bool>(IsTransient(args.Outcome)),
            MaxRetryAttempts = 3,
            Delay = TimeSpan.Zero,
        })
        .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
        {
            ShouldHandle = static args => new ValueTask<bool>(IsTransient(args.Outcome)),
            MinimumThroughput = opensAtOnce ? 2 : int.MaxValue,
            BreakDuration = TimeSpan.FromHours(1),
        })
        .AddTimeout(TimeSpan.FromSeconds(30))
        .Build();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(RequestKey, request);
        try
        {
            Outcome<HttpResponseMessage> outcome = await _pipeline.ExecuteOutcomeAsync(
                static async (context, self) =>
                {
                    try
                    {
                        HttpRequestMessage request = context.Properties.GetValue(RequestKey, null!);
                        return Outcome.FromResult(await self.SendBelowAsync(request, context.CancellationToken).ConfigureAwait(false));
                    }
                    catch (Exception failure)
                    {
                        return Outcome.FromException<HttpResponseMessage>(failure);
                    }
                },
                context,
                this).ConfigureAwait(false);
            outcome.ThrowIfException();
            return outcome.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cancellationToken);
        context.Properties.Set(RequestKey, request);
        try
        {
            return _pipeline.Execute(
                static (context, self) => self.SendBelow(context.Properties.GetValue(RequestKey, null!), context.CancellationToken), context, this);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static bool IsTransient(in Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests } => true,
        _ => false,
    };

    private Task<HttpResponseMessage> SendBelowAsync(HttpRequestMessage request, CancellationToken token) => base.SendAsync(request, token);

    private HttpResponseMessage SendBelow(HttpRequestMessage request, CancellationToken token) => base.Send(request, token);
}
