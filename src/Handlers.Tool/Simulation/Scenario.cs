using System.Text.Json;
using Handlers.Testing;
using Handlers.Tool.Simulation.Conformance;

namespace Handlers.Tool.Simulation;

/// <summary>A provider, a load, and what the client is told about both. See <c>docs/simulator.md</c>.</summary>
internal sealed record Scenario
{
    public required string Name { get; init; }

    public required string Title { get; init; }

    /// <summary>What the clocks show at the start.</summary>
    public required DateTimeOffset Start { get; init; }

    public required TwinSpec Twin { get; init; }

    public required IReadOnlyList<LoadSpec> Load { get; init; }

    /// <summary>Whether calls of one instant come in an order drawn with the seed, instead of group by group.</summary>
    public required bool Shuffle { get; init; }

    public required IReadOnlyList<FaultSpec> Faults { get; init; }

    public required IReadOnlyList<TwinCapacity> Capacities { get; init; }

    /// <summary>How long after its start a call's answer is of use; null: whenever it comes.</summary>
    public required TimeSpan? Deadline { get; init; }

    /// <summary>The settings of the client as they stand under <c>ResilienceHandlers:Clients:{name}</c>.</summary>
    public required JsonElement? Client { get; init; }

    public required OptimumSpec Optimum { get; init; }

    /// <summary>In place of a load a table of single answers and what must come of them; null otherwise.</summary>
    public required ConformanceSpec? Conformance { get; init; }

    /// <summary>Whether all calls are made at the start, so that the time to the last answer means something.</summary>
    public bool IsBatch => Load.All(static group => group.PerSecond is null);

    /// <summary>All settings in one line, to be shown beside the results.</summary>
    public string ClientText => Client is { } client ? JsonSerializer.Serialize(client) : "{}";
}
