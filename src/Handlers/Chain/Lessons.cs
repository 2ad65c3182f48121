using Handlers.Pacing;
using Handlers.Providers;
using Handlers.Quotas;

namespace Handlers;

/// <summary>One refusal teaches all callers: the wait that an answer asks for closes the gate of the quota it came for, a 5xx's the gate of the upstream.</summary>
internal static class Lessons
{
    private static readonly TimeSpan LongestOwnPause = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The body that says what an answer means may take its time, or never come. What the headers ask everybody to wait holds from now on, and whether or not this
    /// caller stays for the rest.
    /// </summary>
    /// <returns>The gate that they close; null when they ask for nothing.</returns>
    public static string? Foretell(Call call)
    {
        Verdict verdict = call.Provider!.Interpret(Judge.AnswerOf(call, default));
        VerdictKind kind = Judge.KindOf(call, verdict);
        if (kind is not (VerdictKind.RateLimited or VerdictKind.Transient) || !(verdict.Wait > TimeSpan.Zero) || verdict.WaitIsUpperBound
            || !AnswerHeaders.NamesWait(call.Response!.Headers.NonValidated))
        {
            return null;
        }

        return Close(call, verdict, kind, ClosingOf(call, verdict, kind, verdict.Wait.Value) with { IsAdvance = true }, foretold: null);
    }

    /// <inheritdoc cref="ProviderAnswer.LastPause"/>
    public static TimeSpan LastPause(Call call) =>
        call.Provider is { } provider ? call.Client.State.Ledger.PauseBefore(provider.Name, call.Account, call.SentAt) : TimeSpan.Zero;

    /// <summary>An answer's wait and its observations go to the ledger.</summary>
    /// <param name="call">The call.</param>
    /// <param name="verdict">What its last answer means.</param>
    /// <param name="kind">What that is for this client.</param>
    /// <param name="wait">How long everybody is asked to wait.</param>
    /// <param name="foretold">The gate that was closed when the answer's headers came: people have been told.</param>
    public static void Teach(Call call, in Verdict verdict, VerdictKind kind, TimeSpan? wait, string? foretold)
    {
        QuotaLedger ledger = call.Client.State.Ledger;

        // A refusal that asks for no wait, or until an instant that is over, was one all the same: everybody pauses as the call itself does, then one goes first.
        bool isRefusal = kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted;
        if (wait is { } hint && (isRefusal || hint > TimeSpan.Zero) && kind != VerdictKind.Fatal)
        {
            GateClosing closing = ClosingOf(call, verdict, kind, hint);
            if (closing.IsForecast)
            {
                // What the answer says about its limits may tell more exactly when calls can go.
                ledger.Settle(ref call.Grant, verdict, call.Now);
            }

            Close(call, verdict, kind, closing, foretold);
        }

        ledger.Settle(ref call.Grant, verdict, call.Now);
    }

    private static GateClosing ClosingOf(Call call, in Verdict verdict, VerdictKind kind, TimeSpan hint)
    {
        RateLimitOptions options = call.Policy.Options.RateLimits;
        TimeSpan pause = hint > TimeSpan.Zero ? hint : Clock.Shorter(call.Policy.Options.Retry.BaseDelay, LongestOwnPause);
        TimeSpan closed = Clock.Shorter(pause, options.MaxServerWait) + options.Guard;
        return new GateClosing(closed, kind == VerdictKind.QuotaExhausted, verdict.Why, IsForecast: kind == VerdictKind.Ok || verdict.WaitIsUpperBound)
        {
            Hint = verdict.Wait,
            LeftAt = call.Client.State.Ledger.Clock.TickAt(call.SentAt),
        };
    }

    /// <returns>The gate's name; null when the call has no provider that could say whose it is.</returns>
    private static string? Close(Call call, in Verdict verdict, VerdictKind kind, in GateClosing closing, string? foretold)
    {
        if (kind == VerdictKind.Transient)
        {
            return CloseUpstream(call, closing, foretold);
        }

        return call.Provider is { } provider ? CloseQuota(call, provider, verdict, kind, closing, foretold) : null;
    }

    private static string CloseUpstream(Call call, in GateClosing closing, string? foretold)
    {
        string upstream = call.Upstream.Name;
        call.Client.State.Ledger.CloseAuthority(upstream, closing);
        if (foretold != upstream)
        {
            call.Trace?.GateClosed(quota: null, upstream, closing);
        }

        return upstream;
    }

    private static string? CloseQuota(Call call, Provider provider, in Verdict verdict, VerdictKind kind, in GateClosing closing, string? foretold)
    {
        QuotaLedger ledger = call.Client.State.Ledger;
        string own = call.Plan.Quotas.IsDefaultOrEmpty ? QuotaKey.AllResources : call.Plan.Quotas[0].Resource;
        string named = verdict.WholeAccount ? QuotaKey.AllResources : verdict.Resource ?? own;
        var key = new QuotaKey(provider.Name, call.Account, named);
        ledger.CloseGate(key, closing);
        if (kind == VerdictKind.Ok)
        {
            return null;
        }

        string quota = key.ToString();
        if (foretold != quota || closing.IsExhausted)
        {
            PacingLog.GateClosed(call.Client.Logger, quota, closing.Wait, closing.Why);
            call.Trace?.GateClosed(quota, authority: null, closing);
        }

        // A quota that the plan did not foresee holds nobody back: then the call's own gate has to, or its repetition would be early.
        if (!verdict.WholeAccount && !call.Plan.Quotas.IsDefaultOrEmpty && !call.Plan.Quotas.Any(use => use.Resource == named))
        {
            ledger.CloseGate(key with { Resource = own }, closing);
        }

        return quota;
    }
}
