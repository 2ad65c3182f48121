namespace Handlers.Testing;

/// <summary>The limits of <see cref="AttioTwin"/>. Defaults are Attio's, from docs.attio.com "Rate limiting", read 2026-11.</summary>
public sealed class AttioTwinOptions : TwinOptions
{
    /// <summary>Reads per <see cref="Second"/>; queries by POST are reads. Default: 100.</summary>
    public int ReadsPerSecond { get; set; } = 100;

    /// <summary>Writes per <see cref="Second"/>. Default: 25.</summary>
    public int WritesPerSecond { get; set; } = 25;

    /// <summary>The window, cut from the clock, because a refusal names the next clock second. Default: 1 second; whole seconds.</summary>
    public TimeSpan Second { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Score of all queries in any <see cref="ScoreWindow"/>; null for no limit, for Attio publishes no number. Default: null.</summary>
    public double? ScoreLimit { get; set; }

    /// <summary>The stretch of <see cref="ScoreLimit"/>. Default: 10 seconds.</summary>
    public TimeSpan ScoreWindow { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The score of a query. Default: 1 for each.</summary>
    public Func<TwinRequest, double>? ScoreOf { get; set; }
}
