using System.Globalization;
using Handlers.Tool.Simulation;

namespace Handlers.Tool.Tests.Simulation;

/// <summary>Limits that nobody announces, met by more than they allow: what comes of it, and how often the provider had to say no.</summary>
public sealed class LearnedRateScenarioTests
{
    [Theory]
    [InlineData(45, 60, 0, 1, 0.85)]
    [InlineData(45, 40, 0.3, 1, 0.85)]
    [InlineData(20, 40, 0.3, 1, 0.85)]
    [InlineData(100, 120, 0.2, 1, 0.8)]
    [InlineData(5, 8, 0.1, 1, 0.85)]
    [InlineData(45, 40, 0.3, 3, 0.7)]
    public async Task Most_of_a_capacity_is_used_at_few_refusals(int capacity, int offered, double faults, int retryAfter, double share)
    {
        string json = string.Create(CultureInfo.InvariantCulture, $$"""
            {
              "twin": { "provider": "generic", "limits": { "hints": "none" } },
              "load": [ { "perSecond": {{offered}}, "for": "00:02:00" } ],
              "faults": [ { "kind": "unavailable", "probability": {{faults}} } ],
              "capacity": [ { "perSecond": {{capacity}}, "status": 429, "retryAfter": "00:00:{{retryAfter:00}}" } ],
              "deadline": "00:00:30"
            }
            """);

        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(json, "capacity"), Policies.Ours, seed: 1);

        run.Ok.ShouldBeGreaterThan((int)(share * capacity * (1 - faults) * 120));
        run.Refused.ShouldBeLessThan(25);
        run.HardRulesBroken.ShouldBe(0);
    }

    [Theory]
    [InlineData(300, "00:01:00", "sliding", 8)]
    [InlineData(600, "00:01:00", "clockWindow", 15)]
    [InlineData(100, "00:00:10", "sliding", 15)]
    [InlineData(10, "00:00:01", "bucket", 15)]
    public async Task Most_of_a_window_is_used_at_few_refusals(int amount, string period, string kind, int offered)
    {
        string json = $$"""
            {
              "twin": { "provider": "generic", "limits": { "list": [ { "amount": {{amount}}, "period": "{{period}}", "kind": "{{kind}}" } ], "hints": "retryAfter" } },
              "load": [ { "perSecond": {{offered}}, "for": "00:05:00" } ],
              "deadline": "00:01:00"
            }
            """;

        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(json, "window"), Policies.Ours, seed: 1);

        run.Ok.ShouldBeGreaterThan((int)(0.85 * run.OptimumOk!.Value));
        run.Refused.ShouldBeLessThan(30);
        run.HardRulesBroken.ShouldBe(0);
    }
}
