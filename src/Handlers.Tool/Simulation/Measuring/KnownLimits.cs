using System.Collections.Immutable;
using System.Text.Json;
using Handlers.Quotas;
using Handlers.Testing.Limits;

namespace Handlers.Tool.Simulation;

/// <summary>
/// Whether a client kept to the limits that its own settings name, by its own clock: counted with the twins' meters, not with the ledger's.
/// </summary>
internal static class KnownLimits
{
    /// <summary>Sends that went over a limit in <c>Pacing:Limits</c>.</summary>
    public static int Overgranted(JsonElement? settings, IReadOnlyList<(long At, int Call)> sends, IReadOnlyList<SimulatedCall> calls)
    {
        int over = 0;
        foreach (LimitSpec limit in LimitsIn(settings))
        {
            MeteredLimit meter = limit.Kind switch
            {
                LimitKind.FixedWindow => new Testing.Limits.FixedWindow(limit.Amount, limit.Period, TimeSpan.Zero),
                LimitKind.TokenBucket => new RefillingBucket(limit.Amount, limit.Period, limit.Burst),
                _ => new Testing.Limits.SlidingWindow(limit.Amount, limit.Period),
            };
            foreach (var (at, call) in sends)
            {
                double cost = limit.Unit == LimitUnit.Points ? calls[call].Spec is { CostKnown: true, Cost: { } points } ? points : 0 : 1;
                over += meter.Fits(at, cost) ? 0 : 1;
                meter.Take(at, cost);
            }
        }

        return over;
    }

    // Tokens and bytes are estimates, an adaptive limit moves: neither can be told from here.
    private static IEnumerable<LimitSpec> LimitsIn(JsonElement? settings) =>
        settings is { } client && client.TryGetProperty("Pacing", out JsonElement pacing) && pacing.TryGetProperty("Limits", out JsonElement text)
        && text.ValueKind == JsonValueKind.String && LimitGrammar.TryParse(text.GetString(), out ImmutableArray<LimitSpec> limits, out _)
            ? limits.Where(static limit => !limit.IsAdaptive && limit.Unit is LimitUnit.Requests or LimitUnit.Points)
            : [];
}
