namespace Handlers.Tool.Simulation;

/// <summary>One run to be done.</summary>
/// <param name="Scenario">A built-in name, or a file's full path.</param>
/// <param name="Policy">One of <see cref="Policies.Names"/>.</param>
/// <param name="Seed">The seed.</param>
/// <param name="WithTimeline">Whether sends over time are wanted.</param>
internal sealed record SimulationJob(string Scenario, string Policy, int Seed, bool WithTimeline);
