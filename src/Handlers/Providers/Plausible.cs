using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers.Providers;

/// <summary>
/// What an app's own provider says, without what makes no sense: undefined enums, names that are missing, amounts and times that are negative or beyond all measure. The
/// ledger and the rules above need not ask again. What is wrong counts as not said; where that is not possible it is read so that nothing is sent too early or twice.
/// </summary>
internal static class Plausible
{
    private static readonly TimeSpan Longest = LimitSpec.MaxPeriod;

    /// <summary>The plan itself where nothing is wrong with it, which costs a look at its quotas.</summary>
    public static CallPlan Plan(in CallPlan plan, out string? wrong)
    {
        wrong = null;
        CallPlan checkedPlan = plan;
        if (!plan.Quotas.IsDefault)
        {
            foreach (ref readonly QuotaUse use in plan.Quotas.AsSpan())
            {
                wrong ??= WrongWith(use);
            }

            checkedPlan = wrong is null ? plan : plan with { Quotas = [.. plan.Quotas.Where(use => IsName(use.Resource)).Select(Mended)] };
        }

        if (!Enum.IsDefined(plan.Replay))
        {
            wrong ??= "a replay safety that is not defined";
            checkedPlan = checkedPlan with { Replay = ReplaySafety.Unsafe };
        }

        return checkedPlan;
    }

    /// <summary>A verdict's parts where they make sense; its kind is the caller's to check, who knows the status.</summary>
    public static Verdict Verdict(in Verdict verdict, out string? wrong)
    {
        wrong = null;
        Verdict said = verdict;
        said.Why ??= "";
        if (verdict.Wait is { } wait && (wait < TimeSpan.Zero || wait > Longest))
        {
            wrong = wait < TimeSpan.Zero ? "a negative wait" : null;
            said.Wait = wait < TimeSpan.Zero ? null : Longest;
        }

        if (verdict.Resource is "")
        {
            said.Resource = null;
        }

        for (int i = 0; i < verdict.Observed.Count && wrong is null; i++)
        {
            wrong = WrongWith(verdict.Observed[i]);
        }

        if (wrong is not null)
        {
            said.Observed = default;
            for (int i = 0; i < verdict.Observed.Count; i++)
            {
                QuotaObservation seen = verdict.Observed[i];
                if (IsName(seen.Resource) && Enum.IsDefined(seen.Unit) && Enum.IsDefined(seen.Meaning))
                {
                    said.Observed.TryAdd(Mended(seen));
                }
            }
        }

        return said;
    }

    private static string? WrongWith(in QuotaUse use) =>
        !IsName(use.Resource) ? "a quota without a name"
        : use.Cost != use.Cost.Bounded() ? $"a cost for {use.Resource} that is negative or too large"
        : !Enum.IsDefined(use.Start) ? $"a start for {use.Resource} that is not defined"
        : null;

    private static QuotaUse Mended(QuotaUse use) => use with { Cost = use.Cost.Bounded(), Start = Enum.IsDefined(use.Start) ? use.Start : QuotaStart.Free };

    private static string? WrongWith(in QuotaObservation seen) =>
        !IsName(seen.Resource) ? "an observation of a quota without a name"
        : !Enum.IsDefined(seen.Unit) || !Enum.IsDefined(seen.Meaning) ? $"an observation of {seen.Resource} whose unit or meaning is not defined"
        : seen != Mended(seen) ? $"an observation of {seen.Resource} with an amount or a time that is negative or too large"
        : null;

    private static QuotaObservation Mended(in QuotaObservation seen) => seen with
    {
        Limit = Known(seen.Limit),
        Remaining = Known(seen.Remaining),
        Cost = Known(seen.Cost),
        Reset = seen.Reset == Timeout.InfiniteTimeSpan ? seen.Reset : Between(seen.Reset),
        Window = seen.Window > TimeSpan.Zero ? Between(seen.Window) : Timeout.InfiniteTimeSpan,
    };

    private static long Known(long amount) => amount is >= 0 and <= LimitSpec.MaxAmount ? amount : QuotaObservation.Unknown;

    private static TimeSpan Between(TimeSpan time) => time < TimeSpan.Zero ? TimeSpan.Zero : time < Longest ? time : Longest;

    private static bool IsName(string? name) => !string.IsNullOrEmpty(name);
}
