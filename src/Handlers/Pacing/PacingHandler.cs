using System.Collections.Immutable;
using Handlers.Pacing;
using Handlers.Providers;
using Handlers.Quotas;

namespace Handlers;

/// <summary>
/// Lets an attempt go when every quota that it is charged to has room, and holds it back until then. A wait that can't succeed is refused at once, with the
/// instant at which trying again makes sense.
/// </summary>
public sealed class PacingHandler : ChainedHandler
{
    /// <summary>Creates the handler for use without dependency injection.</summary>
    /// <param name="options">How calls are held back.</param>
    /// <param name="timeProvider">The time; null for the system's.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option is out of range, or two contradict each other.</exception>
    public PacingHandler(PacingOptions options, TimeProvider? timeProvider = null)
        : this(ClientState.Alone(timeProvider, options, static (alone, own) => alone.Pacing = own))
    {
    }

    internal PacingHandler(ClientState client)
        : base(client)
    {
    }

    internal override Stages Stage => Stages.Pacing;

    internal override Step Enter(Call call)
    {
        // From here on the queue does the waiting for a provider's instant, not the retry.
        call.Paced = true;
        ClientPolicy policy = PolicyOf(call);
        ResilienceHandlersOptions options = policy.Options;
        policy.UndecidedGroups?.Meet(call.Provider!, call.Original.Uri!, call.Client.Logger);
        var demand = new QuotaDemand
        {
            Policy = policy.Pacing.Quotas,
            Provider = call.Provider!.Name,
            Account = call.Account,
            Uses = UsesOf(call, policy.Pacing),
            Operation = call.Plan.Operation,
            CostIsKnown = call.Options?.Cost is not null,
            Groups = policy.Pacing.GroupsOf(call.Original.Method, call.Original.Uri!),
            Authority = call.Upstream.Name,
            BodyBytes = BodyBytes(call),
            Priority = call.Options?.Priority ?? (options.Workload == Workload.Background ? CallPriority.Background : CallPriority.Normal),
            Tenant = call.Options?.Tenant,
            MaxWait = call.MaxWait ?? options.Pacing.MaxWait ?? Timeout.InfiniteTimeSpan,
            TimeLeft = call.Client.Clock.Between(call.Now, call.DeadlineAt),
            Blocks = call.IsSynchronous,
        };
        switch (call.Client.State.Ledger.Admit(demand, ref call.Grant, out Waiter? waiter, out QuotaRefusal? refusal))
        {
            case Admission.Granted:
                return Go(call);
            case Admission.Waiting:
                call.Waiter = waiter;
                call.Trace?.Queued(waiter!);
                return Step.Wait;
            default:
                return Refuse(call, refusal!);
        }
    }

    internal override ValueTask<Step> WaitOnEnterAsync(Call call) => TurnWait.Begin(call, call.Waiter!);

    internal override Step WaitOnEnter(Call call)
    {
        Waiter waiter = call.Waiter!;
        Admission outcome;
        using (Leaving(call, waiter))
        {
            outcome = waiter.Wait();
        }

        return Waited(call, waiter, outcome);
    }

    internal override Step Leave(Call call)
    {
        if (call.Grant.IsHeld && call.Response is null)
        {
            GiveBack(call);
        }

        return Step.Go;
    }

    /// <summary>
    /// An attempt ended without an answer: what provably never left cost nothing, what may have arrived counts as spent. So does what was answered: a handler between
    /// may have made an exception of a refusal.
    /// </summary>
    internal static void GiveBack(Call call)
    {
        QuotaLedger ledger = call.Client.State.Ledger;
        bool wasRefused = call.Judgement is { Kind: VerdictKind.RateLimited, Failure: FailureClass.Status };
        if (call.Judgement is { NotExecuted: true } && !wasRefused && !call.Grant.IsSettled)
        {
            ledger.Return(ref call.Grant);
        }
        else
        {
            // Without an answer nobody knows whether the provider accepts: it widens no ramp.
            ledger.Settle(ref call.Grant, new Verdict(wasRefused ? VerdictKind.RateLimited : VerdictKind.Transient, ""), call.Now);
            ledger.Release(ref call.Grant);
        }
    }

    /// <summary>What the attempt is charged to; the caller's word on its cost stands in place of the plan's.</summary>
    private static ImmutableArray<QuotaUse> UsesOf(Call call, PacingRules rules) =>
        call.Options?.Cost is { } cost ? UsesOf(call.Plan.Quotas, cost.Bounded())
        : rules.CountsBytes && LengthOf(call.Original.Content) is > 0 and var length ? WithBytes(call.Plan.Quotas, length)
        : call.Plan.Quotas;

    // Apart, because a lambda's captured variables are allocated when their method begins.
    private static ImmutableArray<QuotaUse> UsesOf(ImmutableArray<QuotaUse> planned, Cost cost) =>
        planned.IsDefaultOrEmpty ? [new QuotaUse(QuotaKey.AllResources, cost)] : [.. planned.Select(use => use with { Cost = cost })];

    private static ImmutableArray<QuotaUse> WithBytes(ImmutableArray<QuotaUse> planned, long bytes) =>
        planned.IsDefaultOrEmpty
            ? [new QuotaUse(QuotaKey.AllResources, Cost.OneRequest with { Bytes = bytes })]
            : [.. planned.Select(use => use with { Cost = use.Cost with { Bytes = bytes } })];

    /// <summary>A value that is written when it is sent has no length before; a short one is written once more to know.</summary>
    private static long LengthOf(HttpContent? content) =>
        RequestBody.LengthOf(content) ?? (RequestBody.TryPeek(content, out ReadOnlyMemory<byte> body) ? body.Length : 0);

    internal static CancellationTokenRegistration Leaving(Call call, Waiter waiter) =>
        call.Token.UnsafeRegister(static state => ((Waiter)state!).Account.Cancel((Waiter)state), waiter);

    internal static Step Waited(Call call, Waiter waiter, Admission outcome)
    {
        long now = call.Client.Clock.Now;
        call.Waiter = null;
        TimeSpan waited = call.Client.Clock.Between(call.Now, now);
        call.Waited += waited;
        call.Now = now;
        call.Client.Stats.Waited(waited, waiter.Outlook.IsGate);
        switch (outcome)
        {
            case Admission.Granted:
                call.Grant = waiter.Grant;
                call.Trace?.Granted(waited);
                return Go(call);
            case Admission.Refused:
                return Refuse(call, waiter.Refusal!);
            default:
                throw new TaskCanceledException("The caller gave up while the call waited for its quota.", null, call.Token);
        }
    }

    /// <summary>Granted: now the circuit is asked, because only now a half-open slot would really be used.</summary>
    private static Step Go(Call call)
    {
        if (call.Pass.Take(call) is not { } refusal)
        {
            return Step.Go;
        }

        call.Client.State.Ledger.Return(ref call.Grant);
        call.Fail(refusal);
        return Step.Answered;
    }

    private static Step Refuse(Call call, QuotaRefusal refusal)
    {
        var report = new CallReport(call);
        PacingLog.Refused(call.Client.Logger, call.Operation, refusal);
        call.Client.Stats.Refused(Attributes.ReasonOf(refusal.Reason));
        call.Fail(new QuotaRejectedException(
            $"{call.Operation}: {refusal.Message}", refusal.Reason, refusal.Key.ToString(), refusal.RetryAt, report));
        return Step.Answered;
    }

    /// <summary>Bodies wait in memory with their calls; a stream that is read only when it is sent costs nothing yet.</summary>
    private static long BodyBytes(Call call) =>
        call.Original.Content is { } content and (ByteArrayContent or ReadOnlyMemoryContent) ? content.Headers.ContentLength ?? 0 : 0;
}
