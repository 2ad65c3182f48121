using System.Text.Json.Serialization;

namespace Handlers.Tool.Simulation;

/// <summary>One scenario and one policy over all seeds: medians, but of refusals and broken rules the worst. What does not apply is null.</summary>
internal sealed record ScoreRow
{
    private const int Digits = 4;

    [JsonPropertyName("scenario")]
    public required string Scenario { get; init; }

    [JsonPropertyName("policy")]
    public required string Policy { get; init; }

    [JsonPropertyName("seeds")]
    public required int Seeds { get; init; }

    [JsonPropertyName("ok")]
    public required double Ok { get; init; }

    [JsonPropertyName("calls")]
    public required double Calls { get; init; }

    [JsonPropertyName("refused")]
    public required int Refused { get; init; }

    [JsonPropertyName("wasted")]
    public required double Wasted { get; init; }

    [JsonPropertyName("sends")]
    public required double Sends { get; init; }

    [JsonPropertyName("amplification")]
    public required double Amplification { get; init; }

    [JsonPropertyName("makespan_s")]
    public required double? Makespan { get; init; }

    [JsonPropertyName("makespan_ratio")]
    public required double? MakespanRatio { get; init; }

    [JsonPropertyName("recovery_s")]
    public required double? Recovery { get; init; }

    [JsonPropertyName("p50_s")]
    public required double? P50 { get; init; }

    [JsonPropertyName("p99_s")]
    public required double? P99 { get; init; }

    [JsonPropertyName("jain")]
    public required double? Jain { get; init; }

    [JsonPropertyName("refusal_lag_p99_ms")]
    public required double? RefusalLagP99 { get; init; }

    [JsonPropertyName("optimum_ok")]
    public required double? OptimumOk { get; init; }

    [JsonPropertyName("outage_sends")]
    public required double? OutageSends { get; init; }

    [JsonPropertyName("protected_ok_ratio")]
    public required double? ProtectedOkRatio { get; init; }

    [JsonPropertyName("protected_p99_s")]
    public required double? ProtectedP99 { get; init; }

    [JsonPropertyName("hard_rules_broken")]
    public required int HardRulesBroken { get; init; }

    /// <summary>Takes the runs of one scenario and policy together.</summary>
    public static ScoreRow Of(IReadOnlyList<RunFigures> runs) => new()
    {
        Scenario = runs[0].Scenario,
        Policy = runs[0].Policy,
        Seeds = runs.Count,
        Ok = Median(runs, static run => run.Ok)!.Value,
        Calls = Median(runs, static run => run.Calls)!.Value,
        Refused = runs.Max(static run => run.Refused),
        Wasted = Median(runs, static run => run.Wasted)!.Value,
        Sends = Median(runs, static run => run.Sends)!.Value,
        Amplification = Median(runs, static run => run.Amplification)!.Value,
        Makespan = Median(runs, static run => run.Makespan),
        MakespanRatio = Median(runs, static run => run.MakespanRatio),
        Recovery = Median(runs, static run => run.Recovery),
        P50 = Median(runs, static run => run.P50),
        P99 = Median(runs, static run => run.P99),
        Jain = Median(runs, static run => run.Jain),
        RefusalLagP99 = Median(runs, static run => run.RefusalLagP99),
        OptimumOk = Median(runs, static run => run.OptimumOk),
        OutageSends = Median(runs, static run => run.OutageSends),
        ProtectedOkRatio = Median(runs, static run => run.ProtectedOkRatio),
        ProtectedP99 = Median(runs, static run => run.ProtectedP99),
        HardRulesBroken = runs.Max(static run => run.HardRulesBroken),
    };

    // A figure that some runs lack, such as the makespan of a run that lost calls, counts as worse than any: it is missing from the median then.
    private static double? Median(IReadOnlyList<RunFigures> runs, Func<RunFigures, double?> figure)
    {
        double?[] sorted = [.. runs.Select(figure).OrderBy(static value => value ?? double.PositiveInfinity)];
        int middle = sorted.Length / 2;
        double? median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return median is { } value ? Math.Round(value, Digits) : null;
    }
}
