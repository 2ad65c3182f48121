using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Handlers.Testing;

namespace Handlers.Tool.Simulation;

/// <summary>Draws the calls of a scenario: the same seed gives the same calls, whoever the client is.</summary>
internal static class ScenarioLoad
{
    private const int CharactersPerToken = 4;

    public static IReadOnlyList<SimulatedCall> Draw(Scenario scenario, int seed)
    {
        var random = new Random(seed);
        var drawn = new List<(TimeSpan At, double Order, LoadSpec Spec, string? Tenant)>();
        foreach (LoadSpec spec in scenario.Load)
        {
            for (int source = 1; source <= spec.Sources; source++)
            {
                string? tenant = spec is { Sources: > 1, Tenant: { } name } ? string.Create(CultureInfo.InvariantCulture, $"{name}{source}") : spec.Tenant;
                foreach (TimeSpan at in Arrivals(spec, source, random))
                {
                    drawn.Add((at, scenario.Shuffle ? random.NextDouble() : 0, spec, tenant));
                }
            }
        }

        return [.. drawn.OrderBy(static call => call.At).ThenBy(static call => call.Order)
            .Select((call, number) => new SimulatedCall(number, call.Spec, call.At, call.Tenant, BodyOf(call.Spec, scenario.Twin.Provider, number, random)))];
    }

    private static IEnumerable<TimeSpan> Arrivals(LoadSpec spec, int source, Random random)
    {
        if (spec.PerSecond is not { } rate)
        {
            return Enumerable.Repeat(TimeSpan.Zero, spec.Calls);
        }

        if (spec.Arrival == Arrival.Poisson)
        {
            return Load.PoissonArrivals(rate, spec.Duration, random);
        }

        // Sources of the same rate do not march in step.
        double offset = (source - 1.0) / spec.Sources;
        return Enumerable.Range(0, (int)Math.Round(rate * spec.Duration.TotalSeconds)).Select(n => TimeSpan.FromSeconds((n + offset) / rate));
    }

    private static string? BodyOf(LoadSpec spec, TwinProvider provider, int number, Random random)
    {
        if (spec.Body is { } body)
        {
            return body.GetRawText().Replace("{n}", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        }

        if (spec.Method is "GET" or "HEAD" or "DELETE")
        {
            return null;
        }

        // Half of the tokens as text, half as the answer allowed: what a reader of the body can estimate is off by the spread.
        int tokens = spec.Tokens ?? 200;
        double estimate = tokens * (1 + (spec.TokenSpread * ((2 * random.NextDouble()) - 1)));
        string text = Prose((int)(estimate / 2) * CharactersPerToken, number);
        return provider == TwinProvider.Gemini
            ? new JsonObject { ["contents"] = new JsonArray(new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = text }) }) }.ToJsonString()
            : new JsonObject
            {
                ["model"] = "gpt-5",
                ["max_tokens"] = (int)Math.Round(estimate / 2),
                ["messages"] = new JsonArray(new JsonObject { ["role"] = "user", ["content"] = text }),
            }.ToJsonString();
    }

    private static string Prose(int length, int number)
    {
        string start = string.Create(CultureInfo.InvariantCulture, $"{number} ");
        return length <= start.Length ? start : start + new string('x', length - start.Length);
    }
}
