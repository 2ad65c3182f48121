namespace Handlers.Retry;

/// <summary>Decides about one outcome, without time, network or tasks. The budget is asked last, by the handler, because asking spends it.</summary>
internal static class RetryRules
{
    /// <summary>The largest spread put on top of an instant that is the same for every caller.</summary>
    private static readonly TimeSpan LargestSpread = TimeSpan.FromSeconds(1);

    public static RetryDecision Decide(in RetryFacts facts)
    {
        Judgement outcome = facts.Outcome;

        // Nothing went wrong, or it is not ours to mend.
        if (outcome.Kind == VerdictKind.Ok || outcome.AlreadyDone || outcome.Failure is FailureClass.Cancelled or FailureClass.Rejected)
        {
            return RetryDecision.Done;
        }

        // An open circuit is waited for outside the queue, without using a retry, as often as the deadline allows.
        if (outcome.Failure == FailureClass.CircuitOpen)
        {
            return WaitForCircuit(facts);
        }

        // The provider's own word comes first (x-should-retry: false).
        if (outcome.Retry == false)
        {
            return RetryDecision.No("the provider says not to retry");
        }

        // No wait that can't succeed: somebody has to pay, or a day has to pass.
        if (outcome.Kind == VerdictKind.QuotaExhausted)
        {
            return RetryDecision.No("the quota is gone");
        }

        // The same request would fail again.
        if (outcome.Kind == VerdictKind.Fatal && !(outcome.Failure == FailureClass.Other && facts.Listed))
        {
            return RetryDecision.Done;
        }

        // A transient failure that the user does not want repeated.
        bool refusal = outcome.Kind == VerdictKind.RateLimited;
        if (!refusal && !facts.Listed && outcome.Retry != true)
        {
            return RetryDecision.No("the failure is not among Retry:RetryOn");
        }

        // A write is never repeated by accident (rule 5).
        if (!outcome.NotExecuted && !facts.ReplaySafe)
        {
            return RetryDecision.No("it may have been executed, and repeating it is not known to be safe");
        }

        if (!facts.BodyCanBeSentAgain)
        {
            return RetryDecision.No("its body can be sent only once");
        }

        bool usesRetry = !refusal || facts.Options.RefusalsUseRetries;
        if (usesRetry && facts.Retries >= facts.MaxRetries)
        {
            return RetryDecision.NoneLeft;
        }

        return Wait(facts, usesRetry);
    }

    private static RetryDecision Wait(in RetryFacts facts, bool usesRetry)
    {
        TimeSpan own = Backoff.Delay(facts.Backoff, facts.Retries + 1, facts.Random);

        // A hint of zero is legal but must not make a hot loop.
        if (facts.Outcome.Wait is not { } hint || hint <= TimeSpan.Zero)
        {
            return Fits(facts, own, own, usesRetry);
        }

        // A long hint is never shortened and never ignored: above the cap it is reported, not waited for.
        if (hint > facts.MaxServerWait)
        {
            return RetryDecision.No("the provider asks for a longer wait than RateLimits:MaxServerWait");
        }

        // Every caller got the same instant: a spread is added, never subtracted.
        TimeSpan wait = hint + facts.Guard + Spread(hint, facts);
        return Fits(facts, hint + facts.Guard, facts.Paced ? TimeSpan.Zero : wait, usesRetry);
    }

    private static RetryDecision WaitForCircuit(in RetryFacts facts)
    {
        if (!facts.Options.WaitForCircuit && !facts.Listed)
        {
            return RetryDecision.Done;
        }

        return facts.CircuitOpensIn is { } opens
            ? Fits(facts, opens, opens + Spread(opens, facts), usesRetry: false)
            : RetryDecision.No("nobody knows when the circuit opens for calls again");
    }

    /// <summary>Never hopeless: a wait that ends after the deadline does not begin.</summary>
    private static RetryDecision Fits(in RetryFacts facts, TimeSpan least, TimeSpan delay, bool usesRetry)
    {
        if (facts.Left != Timeout.InfiniteTimeSpan && Max(least, delay) >= facts.Left)
        {
            // Without the spread it may still fit.
            if (least >= facts.Left)
            {
                return RetryDecision.No("the wait would end after the deadline");
            }

            delay = Clock.Shorter(delay, least);
        }

        if (facts.MaxWait != Timeout.InfiniteTimeSpan && least > facts.MaxWait)
        {
            return RetryDecision.No("the wait is longer than the caller accepts");
        }

        return RetryDecision.After(delay, usesRetry);
    }

    private static TimeSpan Spread(TimeSpan wait, in RetryFacts facts) => Clock.Shorter(wait * 0.1, LargestSpread) * facts.Random;

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
