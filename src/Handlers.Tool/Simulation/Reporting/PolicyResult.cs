namespace Handlers.Tool.Simulation;

/// <summary>What one policy gave in one scenario.</summary>
/// <param name="Row">Over all seeds.</param>
/// <param name="Broken">Which rules were broken, by the seed that broke most.</param>
/// <param name="Wrong">Which rows of a conformance table were handled wrongly, with the first seed.</param>
/// <param name="Timeline">Sends over time with the first seed.</param>
internal sealed record PolicyResult(ScoreRow Row, IReadOnlyList<string> Broken, IReadOnlyList<string> Wrong, Timeline? Timeline)
{
    public static PolicyResult Of(IReadOnlyList<RunFigures> runs) =>
        new(ScoreRow.Of(runs), runs.MaxBy(static run => run.HardRulesBroken)!.Broken, runs[0].Wrong, runs.FirstOrDefault(static run => run.Timeline is not null)?.Timeline);
}
