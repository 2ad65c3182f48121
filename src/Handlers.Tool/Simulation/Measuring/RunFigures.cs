using System.Text.Json.Serialization;

namespace Handlers.Tool.Simulation;

/// <summary>What one run of one policy gave. What does not apply is null.</summary>
internal sealed record RunFigures
{
    public required string Scenario { get; init; }

    public required string Policy { get; init; }

    public required int Seed { get; init; }

    public required int Ok { get; init; }

    public required int Calls { get; init; }

    public required int Refused { get; init; }

    /// <summary>Sends that gave no call its answer.</summary>
    public required int Wasted { get; init; }

    public required int Sends { get; init; }

    public required double Amplification { get; init; }

    public double? Makespan { get; init; }

    public double? MakespanRatio { get; init; }

    public double? Recovery { get; init; }

    public double? P50 { get; init; }

    public double? P99 { get; init; }

    public double? Jain { get; init; }

    public double? RefusalLagP99 { get; init; }

    public double? OptimumOk { get; init; }

    public int? OutageSends { get; init; }

    public double? ProtectedOkRatio { get; init; }

    public double? ProtectedP99 { get; init; }

    public required int HardRulesBroken { get; init; }

    /// <summary>Which rules, for people.</summary>
    public IReadOnlyList<string> Broken { get; init; } = [];

    /// <summary>Rows of a conformance table that were handled wrongly otherwise.</summary>
    public IReadOnlyList<string> Wrong { get; init; } = [];

    /// <summary>Sends and refusals over time; only where a chart is wanted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Timeline? Timeline { get; init; }
}
