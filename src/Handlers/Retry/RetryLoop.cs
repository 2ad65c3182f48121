using System.Runtime.CompilerServices;
using Polly;
using Polly.Retry;

namespace Handlers.Retry;

/// <summary>
/// One call's way through Polly's retry strategy. The strategy is fed with the outcome in hand, asks for a decision that was made before (it asks twice about the
/// fed one), disposes the answer before it waits and can't stop once it knows the delay: so each outcome is decided before Polly is entered, or in the callback
/// before that returns.
/// </summary>
internal sealed class RetryLoop(RetryHandler handler, Call call, Place below)
{
    private static readonly ResiliencePropertyKey<RetryLoop> Key = new("Handlers.RetryLoop");

    // A synchronous wait of Polly's ends at 24.8 days with an exception; what is left after this is waited for here.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(20);

    private bool _fed;
    private long _due;

    public static ResiliencePipeline<HttpResponseMessage> Pipeline(TimeProvider time) =>
        new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = static args => new ValueTask<bool>(Of(args.Context).Decision.Again),
                DelayGenerator = static args => new ValueTask<TimeSpan?>(Shortened(Of(args.Context).Decision.Delay)),
                MaxRetryAttempts = int.MaxValue,
                Delay = TimeSpan.Zero,
                UseJitter = false,
            })
            .Build();

    private RetryDecision Decision => call.RetryDecision;

    /// <summary>
    /// One asynchronous method below Polly and one above it, both awaited once and at once, so their state can be pooled: that is a tenth of what a repeated attempt allocated.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask RunAsync()
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, call.Token);
        context.Properties.Set(Key, this);
        try
        {
            Outcome<HttpResponseMessage> outcome = await call.Client.State.RetryPipeline
                .ExecuteOutcomeAsync(static (_, loop) => loop.NextAsync(), context, this)
                .ConfigureAwait(false);
            Settle(outcome);
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    public void Run()
    {
        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, call.Token);
        context.Properties.Set(Key, this);
        try
        {
            Settle(Outcome.FromResult(call.Client.State.RetryPipeline.Execute(static (_, loop) => loop.Next(), context, this)));
        }
        catch (Exception failure)
        {
            Settle(Outcome.FromException<HttpResponseMessage>(failure));
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private static TimeSpan Shortened(TimeSpan delay) => delay < LongestSleep ? delay : LongestSleep;

    private static RetryLoop Of(ResilienceContext context) => context.Properties.GetValue(Key, null!);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome<HttpResponseMessage>> NextAsync()
    {
        if (_fed)
        {
            // Timers fire early; an instant that the provider named is not to be undercut.
            await Waiting.UntilAsync(call.Client.Clock, _due, call.Token).ConfigureAwait(false);
            Begin();
            await below.SendAsync(call).ConfigureAwait(false);
            handler.Decide(call);
        }

        Note();
        return call.Exception is { } failure ? Outcome.FromException<HttpResponseMessage>(failure) : Outcome.FromResult(call.Response!);
    }

    private HttpResponseMessage Next()
    {
        if (_fed)
        {
            Waiting.Until(call.Client.Clock, _due, call.Token);
            Begin();
            below.Send(call);
            handler.Decide(call);
        }

        Note();
        if (call.Exception is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return call.Response!;
    }

    private void Note()
    {
        _fed = true;
        _due = call.Client.Clock.After(call.Now, Decision.Delay);
    }

    private void Begin()
    {
        Clock clock = call.Client.Clock;
        long from = call.Now;

        // Should this attempt end without a decision (a fault of ours), then Polly must not find the old one.
        call.RetryDecision = RetryDecision.Done;
        call.BeginAgain();
        call.Now = clock.Now;
        call.Waited = clock.Between(from, call.Now);
    }

    /// <summary>The last attempt's outcome is on the call already; only a wait that the caller cut short brings a new one.</summary>
    private void Settle(Outcome<HttpResponseMessage> outcome)
    {
        if (outcome.Exception is { } failure && !ReferenceEquals(failure, call.Exception))
        {
            call.Fail(failure);
            if (call.Token.IsCancellationRequested)
            {
                // What the last attempt meant is history, and no reason for anybody to act. Whether it was executed still counts.
                call.Judgement = Judge.OfFailure(failure, callerGaveUp: true) with { NotExecuted = call.Judgement is { NotExecuted: true } };
            }
        }

        handler.Report(call);
    }
}
