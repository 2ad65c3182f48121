namespace Handlers.Tool.Simulation;

/// <summary>What all policies gave in one scenario.</summary>
internal sealed record ScenarioResult(Scenario Scenario, IReadOnlyList<PolicyResult> Policies);
