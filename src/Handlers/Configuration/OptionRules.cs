using Handlers.Quotas;
using Handlers.Retry;

namespace Handlers;

/// <summary>
/// The rules between options. Two values that contradict each other are an error when one layer sets both; otherwise the weaker layer's value gives way,
/// so that one setting can be changed without knowing all that it touches.
/// </summary>
internal sealed class OptionRules(ResilienceHandlersOptions options, Origins origins, List<string> errors)
{
    private static readonly TimeSpan LongestProbe = TimeSpan.FromDays(1);

    /// <summary>Reports contradictions, and makes weaker values give way to stronger ones.</summary>
    public void Apply()
    {
        CutAttemptToTotal();
        KeepInOrder("Retry:BaseDelay", "Retry:MaxDelay", o => o.Retry.BaseDelay > o.Retry.MaxDelay);
        FirstWaitFitsTotal();
        BudgetAllowsRetries();
        MultiplierNeedsExponential();
        OpenCircuitIsWaitedFor();
        KeepInOrder("CircuitBreaker:BreakDuration", "CircuitBreaker:MaxBreakDuration", o => o.CircuitBreaker.BreakDuration > o.CircuitBreaker.MaxBreakDuration);
        CircuitCountsInOneWay();
        ProbeOutlastsAttempt();
        ReserveNeedsItsMode();
        GroupsAreFew();
    }

    private void CutAttemptToTotal()
    {
        bool attemptIsBounded = options.AttemptTimeout != Timeout.InfiniteTimeSpan;
        if (options.TotalTimeout == Timeout.InfiniteTimeSpan || (attemptIsBounded && options.AttemptTimeout <= options.TotalTimeout))
        {
            return;
        }

        // "none" says that only the deadline bounds an attempt: no contradiction, whoever sets it.
        if (attemptIsBounded && InOneLayer("AttemptTimeout", "TotalTimeout", out Layer layer))
        {
            Contradiction(layer, "AttemptTimeout", "is longer than", "TotalTimeout", "shorten the attempt or lengthen the total");
        }

        options.AttemptTimeout = options.TotalTimeout;
    }

    private void KeepInOrder(string lesser, string greater, Func<ResilienceHandlersOptions, bool> isReversed)
    {
        if (!isReversed(options))
        {
            return;
        }

        if (InOneLayer(lesser, greater, out Layer layer))
        {
            Contradiction(layer, lesser, "is more than", greater, "lower the first or raise the second");
            return;
        }

        bool lesserIsStronger = origins[lesser].Kind > origins[greater].Kind;
        OptionSchema.TryFind(lesserIsStronger ? greater : lesser, out Option? givesWay);
        OptionSchema.TryFind(lesserIsStronger ? lesser : greater, out Option? stands);
        _ = givesWay!.TrySet(options, stands!.Format(options));
    }

    private void FirstWaitFitsTotal()
    {
        if (options.Retry is { Enabled: true, MaxRetries: > 0 } && options.TotalTimeout != Timeout.InfiniteTimeSpan
            && options.Retry.BaseDelay >= options.TotalTimeout && InOneLayer("Retry:BaseDelay", "TotalTimeout", out Layer layer))
        {
            Contradiction(
                layer, "Retry:BaseDelay", "leaves no time for a retry within", "TotalTimeout",
                "shorten the delay, lengthen the total, or set Retry:MaxRetries to \"0\"");
        }
    }

    private void BudgetAllowsRetries()
    {
        if (options.Retry is { Enabled: true, MaxRetries: > 0, BudgetRatio: 0, BudgetMinimum: 0 }
            && InOneLayer("Retry:BudgetRatio", "Retry:BudgetMinimum", out Layer layer))
        {
            Contradiction(
                layer, "Retry:BudgetRatio", "forbids every retry together with", "Retry:BudgetMinimum",
                "raise one of them, or set Retry:MaxRetries to \"0\"");
        }
    }

    private void MultiplierNeedsExponential()
    {
        if (options.Retry.Backoff != BackoffKind.Exponential && InOneLayer("Retry:Multiplier", "Retry:Backoff", out Layer layer))
        {
            Contradiction(layer, "Retry:Multiplier", "has no effect with", "Retry:Backoff", "remove the multiplier, or set the backoff to \"Exponential\"");
        }
    }

    private void OpenCircuitIsWaitedFor()
    {
        if (options.Retry.WaitForCircuit || !ErrorClasses.TryParse(options.Retry.WaitOutOn, out ErrorClasses? waitOut, out _)
            || !waitOut.Contains(ErrorNames.CircuitOpen))
        {
            return;
        }

        if (InOneLayer("Retry:WaitOutOn", "Retry:WaitForCircuit", out Layer layer))
        {
            Contradiction(layer, "Retry:WaitOutOn", "names \"circuit-open\" against", "Retry:WaitForCircuit", "remove one of them");
        }

        options.Retry.WaitForCircuit = origins["Retry:WaitOutOn"].Kind > origins["Retry:WaitForCircuit"].Kind;
    }

    private void CircuitCountsInOneWay()
    {
        if (options.CircuitBreaker.FailureRatio is null)
        {
            HasNoEffect("CircuitBreaker:MinimumThroughput", "CircuitBreaker:FailureRatio", "set the ratio, or remove the throughput");
            HasNoEffect("CircuitBreaker:SamplingDuration", "CircuitBreaker:FailureRatio", "set the ratio, or remove the duration");
        }
        else if (InOneLayer("CircuitBreaker:FailureThreshold", "CircuitBreaker:FailureRatio", out Layer layer))
        {
            Contradiction(layer, "CircuitBreaker:FailureThreshold", "is ignored beside", "CircuitBreaker:FailureRatio", "remove one of them");
        }
    }

    // A probe that gives up its slot while its attempt still may answer lets a second one in: only who asks for that gets it.
    private void ProbeOutlastsAttempt()
    {
        if (options.AttemptTimeout > options.CircuitBreaker.ProbeTimeout && origins["CircuitBreaker:ProbeTimeout"].Kind == LayerKind.Generic)
        {
            options.CircuitBreaker.ProbeTimeout = options.AttemptTimeout < LongestProbe ? options.AttemptTimeout : LongestProbe;
        }
    }

    private void ReserveNeedsItsMode()
    {
        if (options.Pacing.Mode != PacingMode.Reserve)
        {
            HasNoEffect("Pacing:ReservePercent", "Pacing:Mode", "set the mode to \"Reserve\", or remove the share");
        }
    }

    private void GroupsAreFew()
    {
        int count = options.Pacing.Groups.Count;
        if (count > QuotaPolicy.MaxGroups)
        {
            Layer layer = OptionSchema.OptionsOf(options)
                .Where(option => option.Path.StartsWith($"{OptionSchema.Groups}:", StringComparison.Ordinal))
                .Select(option => origins[option.Path])
                .MaxBy(layer => layer.Kind)!;
            errors.Add($"{layer.Place(OptionSchema.Groups)} brings the groups to {count}, and the most are {QuotaPolicy.MaxGroups}; "
                + "put endpoints with the same limits into one group, whose Match takes several separated by commas.");
        }
    }

    // In the defaults a value may wait for the clients that it concerns; said about one client it must have been meant to work.
    private void HasNoEffect(string one, string other, string cure)
    {
        if (origins[one] is { IsForOneClient: true } layer)
        {
            Contradiction(layer, one, "has no effect with", other, cure);
        }
    }

    private bool InOneLayer(string one, string other, out Layer layer)
    {
        layer = origins[one];
        return layer == origins[other];
    }

    private void Contradiction(Layer layer, string one, string verb, string other, string cure) =>
        errors.Add($"{layer.Place(one)} = {Value(one)} {verb} {other} = {Value(other)}; {cure}.");

    private string Value(string path) =>
        OptionSchema.TryFind(path, out Option? option) ? OptionText.Quote(option.Format(options)) : "";
}
