using Handlers.Testing;
using Handlers.Tool.Simulation.Conformance;

namespace Handlers.Tool.Simulation;

/// <summary>One scenario, one policy, one seed: the real client against the twin, in virtual time.</summary>
internal static class SimulationRun
{
    // Some clients keep asking so often that they are never let in again; nobody waits for that for ever.
    private const double PatienceFactor = 3;
    private static readonly TimeSpan LeastPatience = TimeSpan.FromHours(1);

    /// <summary>Runs it. The same arguments give the same figures where <see cref="VirtualTime.IsRepeatable"/>.</summary>
    /// <param name="scenario">The scenario.</param>
    /// <param name="policy">One of <see cref="Policies.Names"/>.</param>
    /// <param name="seed">Draws arrivals, latencies, faults and jitter.</param>
    /// <param name="withTimeline">Whether to keep sends over time.</param>
    public static async Task<RunFigures> RunAsync(Scenario scenario, string policy, int seed, bool withTimeline = false)
    {
        if (scenario.Conformance is not null)
        {
            return await ConformanceRun.RunAsync(scenario, policy, seed).ConfigureAwait(false);
        }

        var time = new VirtualTime(scenario.Start);
        IReadOnlyList<SimulatedCall> calls = ScenarioLoad.Draw(scenario, seed);
        using ProviderTwin twin = scenario.Twin.Build(scenario, calls, seed, time);
        using var tap = new WireTap(twin, time);
        using PolicyClient policyClient = Policies.Create(policy, scenario, scenario.Twin.ClientName, twin.BaseAddress, tap, time, new Random(seed));
        bool cancels = !Policies.IsOurs(policy);
        var load = new Load(calls.Select(call => call.ToCall(scenario.Deadline, cancels))) { Patience = optimum => PatienceOf(scenario, optimum) };

        LoadResult result = await load.RunAsync(policyClient.Client, twin, time).ConfigureAwait(false);

        RunFigures figures = Measures.Of(scenario, policy, seed, calls, result, twin, tap);
        return withTimeline ? figures with { Timeline = Timeline.Of(scenario, result, twin) } : figures;
    }

    private static TimeSpan PatienceOf(Scenario scenario, LoadOptimum optimum)
    {
        TimeSpan patience = PatienceFactor * (scenario.Optimum.Makespan ?? optimum.Makespan);
        return patience > LeastPatience ? patience : LeastPatience;
    }
}
