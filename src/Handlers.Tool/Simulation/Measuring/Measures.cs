using System.Globalization;
using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>Turns what callers saw and the twin counted into figures.</summary>
internal static class Measures
{
    public static RunFigures Of(
        Scenario scenario, string policy, int seed, IReadOnlyList<SimulatedCall> calls, LoadResult result, ProviderTwin twin, WireTap tap)
    {
        double optimumOk = scenario.Optimum.Ok ?? result.Optimum.Ok;
        double optimumMakespan = (scenario.Optimum.Makespan ?? result.Optimum.Makespan).TotalSeconds;
        TimeSpan[] times = [.. result.Outcomes.Where(static outcome => outcome.Ok).Select(static outcome => outcome.Took).Order()];
        TimeSpan[] lags = [.. result.Outcomes.Where(static outcome => !outcome.Ok).Select(static outcome => outcome.Took).Order()];
        bool[] isProtected = [.. calls.Select(static call => call.Spec.Protected)];
        LoadOutcome[] guarded = [.. result.Outcomes.Where((_, i) => isProtected[i])];
        FaultSpec[] outages = [.. scenario.Faults.Where(static fault => fault.IsOutage)];
        List<string> broken = Broken(scenario, policy, calls, result, twin, tap, out int rules);
        return new RunFigures
        {
            Scenario = scenario.Name,
            Policy = policy,
            Seed = seed,
            Ok = result.Ok,
            Calls = calls.Count,
            Refused = result.Refused,
            Wasted = Math.Max(0, result.Sends - result.Ok),
            Sends = result.Sends,
            Amplification = calls.Count == 0 ? 0 : (double)result.Sends / calls.Count,
            Makespan = scenario.IsBatch ? result.Makespan.TotalSeconds : null,
            MakespanRatio = scenario.IsBatch && result.Ok >= optimumOk && optimumMakespan > 0 ? result.Makespan.TotalSeconds / optimumMakespan : null,
            Recovery = outages.Max(outage => RecoveryAfter(outage.Until, result)),
            P50 = Percentile(times, 0.5)?.TotalSeconds,
            P99 = Percentile(times, 0.99)?.TotalSeconds,
            Jain = JainIndex(calls, result),
            RefusalLagP99 = Percentile(lags, 0.99)?.TotalMilliseconds,
            OptimumOk = optimumOk,
            OutageSends = outages.Length == 0 ? null
                : twin.Log.Count(e => e.Kind == TwinEventKind.Arrived && Array.Exists(outages, outage => e.At >= outage.From && e.At < outage.Until)),
            ProtectedOkRatio = guarded.Length == 0 ? null : (double)guarded.Count(static outcome => outcome.Ok) / guarded.Length,
            ProtectedP99 = Percentile([.. guarded.Where(static outcome => outcome.Ok).Select(static outcome => outcome.Took).Order()], 0.99)?.TotalSeconds,
            HardRulesBroken = rules,
            Broken = broken,
        };
    }

    /// <summary>The value below which a share of the sorted values lies (nearest rank).</summary>
    public static TimeSpan? Percentile(TimeSpan[] sorted, double share) =>
        sorted.Length == 0 ? null : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];

    /// <summary>What each gets when nobody gets more than it wants and what is left is shared evenly, again and again.</summary>
    public static double[] MaxMinFair(double[] wanted, double capacity)
    {
        double[] shares = new double[wanted.Length];
        int left = wanted.Length;
        foreach (int i in Enumerable.Range(0, wanted.Length).OrderBy(i => wanted[i]))
        {
            shares[i] = Math.Min(wanted[i], capacity / left);
            capacity -= shares[i];
            left--;
        }

        return shares;
    }

    private static double? RecoveryAfter(TimeSpan end, LoadResult result)
    {
        TimeSpan[] after = [.. result.Outcomes.Where(outcome => outcome.Ok && outcome.Ended >= end).Select(static outcome => outcome.Ended)];
        return after.Length == 0 ? null : (after.Min() - end).TotalSeconds;
    }

    // Over what each tenant was served as a share of its max-min fair share, in cost.
    private static double? JainIndex(IReadOnlyList<SimulatedCall> calls, LoadResult result)
    {
        string[] tenants = [.. calls.Select(static call => call.Tenant).OfType<string>().Distinct(StringComparer.Ordinal)];
        if (tenants.Length < 2)
        {
            return null;
        }

        double[] wanted = new double[tenants.Length];
        double[] served = new double[tenants.Length];
        double weight = 0;
        for (int i = 0; i < calls.Count; i++)
        {
            int tenant = Array.IndexOf(tenants, calls[i].Tenant);
            if (tenant >= 0)
            {
                wanted[tenant] += calls[i].Weight;
                served[tenant] += result.Outcomes[i].Ok ? calls[i].Weight : 0;
            }

            weight += calls[i].Weight;
        }

        double capacity = Math.Min(weight, result.Optimum.Weight);
        double[] fair = MaxMinFair(wanted, capacity);
        double[] shares = [.. served.Zip(fair, static (got, due) => due <= 0 ? 1 : got / due)];
        double squares = shares.Sum(static share => share * share);
        return squares <= 0 ? 0 : Math.Pow(shares.Sum(), 2) / (shares.Length * squares);
    }

    private static List<string> Broken(
        Scenario scenario, string policy, IReadOnlyList<SimulatedCall> calls, LoadResult result, ProviderTwin twin, WireTap tap, out int count)
    {
        int over = Policies.KnowsSettings(policy) ? KnownLimits.Overgranted(scenario.Client, tap.Sends, calls) : 0;
        (int Times, string What)[] rules =
        [
            (twin.Early, "attempts came before the instant that a refusal had named"),
            (twin.DuplicateWrites, "writes were executed twice"),
            (result.Overdue, "calls were alive more than 50 ms past their deadline"),
            (over, "grants were above a known limit"),
        ];
        count = rules.Sum(static rule => rule.Times);
        return [.. rules.Where(static rule => rule.Times > 0).Select(static rule => string.Create(CultureInfo.InvariantCulture, $"{rule.Times} {rule.What}"))];
    }
}
