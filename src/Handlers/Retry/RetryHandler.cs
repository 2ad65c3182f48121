using Handlers.Quotas;
using Handlers.Retry;

namespace Handlers;

/// <summary>
/// Sends a failed attempt again when that can help, can do no harm, and fits into the deadline. Entered only when the first attempt was not Ok; Polly's retry
/// strategy then drives attempts and waits.
/// </summary>
public sealed class RetryHandler : ChainedHandler
{
    /// <summary>Creates the handler for use without dependency injection.</summary>
    /// <param name="options">When and after which wait to repeat.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of range, or two contradict each other.</exception>
    public RetryHandler(RetryOptions options, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.Retry = own))
    {
    }

    internal RetryHandler(ClientState client)
        : base(client)
    {
    }

    internal override Stages Stage => Stages.Retry;

    internal override Step Enter(Call call)
    {
        ClientPolicy policy = PolicyOf(call);
        BudgetOf(call).RecordCall(call.StartedAt);
        if (call.Original.Content is { } content && BodyReplay.Prepare(content, policy.Options.Retry.MaxBufferedBody) is { } replay
            && !ReferenceEquals(replay, content))
        {
            call.ReplaceContent(replay);
        }

        return Step.Go;
    }

    internal override Step Leave(Call call)
    {
        if (call.Judgement is not { Kind: not VerdictKind.Ok })
        {
            return Step.Go;
        }

        Decide(call);
        return call.RetryDecision.Again ? Step.Wait : Step.Go;
    }

    internal override ValueTask WaitOnLeaveAsync(Call call, Place below)
    {
        call.Token.ThrowIfCancellationRequested();
        return new RetryLoop(this, call, below).RunAsync();
    }

    internal override void WaitOnLeave(Call call, Place below)
    {
        call.Token.ThrowIfCancellationRequested();
        new RetryLoop(this, call, below).Run();
    }

    /// <summary>Decides about the outcome on the call, once; whoever asks later reads the decision.</summary>
    internal void Decide(Call call)
    {
        if (call.Judgement is not { } outcome)
        {
            call.RetryDecision = RetryDecision.Done;
            return;
        }

        RetryDecision decision = RetryRules.Decide(FactsOf(call, outcome));

        // What follows a failed probe multiplies nothing: it waits until the circuit lets the next one pass, whoever that is.
        bool fromBudget = decision.Again && !call.WasProbe && outcome is { Kind: VerdictKind.Transient, Wait: null, Failure: not FailureClass.CircuitOpen };
        if (fromBudget && !BudgetOf(call).TryTake())
        {
            decision = RetryDecision.No("the retry budget is spent");
        }

        call.RetryDecision = decision;
        if (decision.Again)
        {
            // The answer is about to be dropped: nobody else shall wait for its slots while this call sleeps.
            call.Client.State.Ledger.Release(ref call.Grant);
            call.Cache?.StopLeading();
            Tell(call, outcome, decision);
            call.Retries += decision.UsesRetry ? 1 : 0;
        }
        else if (decision.Reason is { } reason)
        {
            RetryLog.GaveUp(Client.Logger, call, outcome, reason);
        }
    }

    /// <summary>Says so when repeating helped.</summary>
    internal void Report(Call call)
    {
        if (call.Exception is null && call.Judgement is { Kind: VerdictKind.Ok })
        {
            RetryLog.Recovered(Client.Logger, call);
            call.Trace?.Recovered();
        }
    }

    private static int? StatusOf(Call call) => (int?)(call.Response?.StatusCode ?? (call.Exception as HttpRequestException)?.StatusCode);

    private static bool IsListed(ClientPolicy policy, Call call, Judgement outcome) => outcome.Failure switch
    {
        FailureClass.CircuitOpen => policy.WaitOutOn.Contains(ErrorNames.CircuitOpen),

        // A status that is temporary only by the provider's knowledge (a lock, a merge in progress) is none that a list could have meant.
        FailureClass.Status => StatusOf(call) is { } status && (policy.RetryOn.Contains(status) || status is < 500 and not 408),
        FailureClass.Connection => policy.RetryOn.Contains(ErrorNames.Connection),
        FailureClass.PoolTimeout => policy.RetryOn.Contains(ErrorNames.PoolTimeout),
        FailureClass.Timeout => policy.RetryOn.Contains(ErrorNames.Timeout),
        FailureClass.ReadTimeout => policy.RetryOn.Contains(ErrorNames.ReadTimeout),
        FailureClass.Reset => policy.RetryOn.Contains(ErrorNames.Reset),
        _ => false,
    };

    private void Tell(Call call, Judgement outcome, RetryDecision decision)
    {
        // A provider's own wait is what people are told, whoever does the waiting and whatever is put on top of it.
        TimeSpan delay = outcome.Wait is { } hint && hint > TimeSpan.Zero ? hint : decision.Delay;
        int retry = call.Retries + 1;
        RetryLog.Scheduled(Client.Logger, call, retry, delay, outcome.Why);
        call.Client.Stats.Retried(outcome);
        call.Trace?.RetryScheduled(outcome, delay, retry);
    }

    private static RetryBudget BudgetOf(Call call) => call.Client.BudgetFor(call);

    private RetryFacts FactsOf(Call call, Judgement outcome)
    {
        ClientPolicy policy = PolicyOf(call);
        ResilienceHandlersOptions options = policy.Options;
        Clock clock = Client.Clock;
        return new RetryFacts
        {
            Outcome = outcome,
            Options = options.Retry,
            Backoff = policy.Backoff,
            Listed = IsListed(policy, call, outcome),
            MaxRetries = call.Options?.MaxRetries ?? options.Retry.MaxRetries,
            Retries = call.Retries,
            ReplaySafe = outcome.Retry == true || Replay.IsSafe(policy, call),
            BodyCanBeSentAgain = BodyReplay.CanSendAgain(call.Original.Content),
            Paced = call.Paced,
            Left = clock.Between(call.Now, call.DeadlineAt),
            MaxWait = call.MaxWait ?? options.Pacing.MaxWait ?? Timeout.InfiniteTimeSpan,
            MaxServerWait = options.RateLimits.MaxServerWait,
            Guard = options.RateLimits.Guard,
            CircuitOpensIn = (call.Exception as CircuitOpenException)?.RetryAfter,
            Random = call.Client.State.NextRandom(),
        };
    }
}
