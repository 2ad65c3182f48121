using Handlers.Tool.Simulation;

namespace Handlers.Tool.Tests.Simulation;

/// <summary>Small variants of the built-in scenarios, through the real chain.</summary>
public sealed class SimulationRunTests
{
    private const string Hour = """
        {
          "twin": { "provider": "github", "limits": { "coreLimit": 50, "window": "00:10:00", "pointsByEndpoint": false, "refusalStatus": 429 } },
          "load": [ { "calls": 120 } ],
          "client": { "TotalTimeout": "none" }
        }
        """;

    private const string Outage = """
        {
          "twin": { "provider": "generic", "limits": { "hints": "none" } },
          "load": [ { "perSecond": 10, "for": "00:00:30" } ],
          "faults": [ { "kind": "outage", "from": "00:00:05", "until": "00:00:10" } ],
          "capacity": [ { "perSecond": 5, "rampTo": 20, "from": "00:00:10", "rampUntil": "00:00:15" } ],
          "deadline": "00:00:15",
          "client": { "Retry": { "WaitForCircuit": true }, "CircuitBreaker": { "BreakDuration": "00:00:01", "MaxBreakDuration": "00:00:01" } }
        }
        """;

    [Fact]
    public async Task The_smooth_policy_spreads_the_window_and_keeps_within_it()
    {
        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Hour, "hour"), Policies.OursSmooth, seed: 1);

        run.Ok.ShouldBe(120);
        run.Refused.ShouldBe(0);
        run.HardRulesBroken.ShouldBe(0);
        run.Makespan!.Value.ShouldBeInRange(120 / 50.0 * 600 * 0.98, 120 / 50.0 * 600 * 1.02);
    }

    [Theory]
    [InlineData(Policies.Ours)]
    [InlineData(Policies.OursSmooth)]
    [InlineData("naive")]
    [InlineData("ms-standard")]
    [InlineData("aws-adaptive")]
    public async Task The_same_seed_gives_the_same_numbers(string policy)
    {
        Scenario scenario = ScenarioReader.Parse(Outage, "outage");

        RunFigures first = await SimulationRun.RunAsync(scenario, policy, seed: 3);
        RunFigures second = await SimulationRun.RunAsync(scenario, policy, seed: 3);

        (second with { Broken = first.Broken, Wrong = first.Wrong }).ShouldBe(first);
    }

    [Fact]
    public async Task Another_seed_gives_other_numbers()
    {
        Scenario scenario = ScenarioReader.Parse(Outage, "outage");

        RunFigures first = await SimulationRun.RunAsync(scenario, Policies.Ours, seed: 1);
        RunFigures second = await SimulationRun.RunAsync(scenario, Policies.Ours, seed: 2);

        second.Calls.ShouldNotBe(first.Calls);
    }

    [Fact]
    public async Task A_window_announced_in_headers_is_spent_and_waited_for()
    {
        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Hour, "hour"), Policies.Ours, seed: 1);

        run.Ok.ShouldBe(120);
        run.Refused.ShouldBe(0);
        run.HardRulesBroken.ShouldBe(0);
        run.MakespanRatio!.Value.ShouldBeLessThan(1.02);
    }

    [Fact]
    public async Task A_client_without_anything_is_refused()
    {
        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Hour, "hour"), "none", seed: 1);

        run.Ok.ShouldBe(50);
        run.Refused.ShouldBe(70);
        run.MakespanRatio.ShouldBeNull();
    }

    [Fact]
    public async Task A_client_that_comes_back_at_once_breaks_a_hard_rule()
    {
        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Hour, "hour"), "naive", seed: 1);

        run.HardRulesBroken.ShouldBeGreaterThan(0);
        run.Broken.ShouldContain(rule => rule.Contains("before the instant", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_outage_is_probed_not_stormed()
    {
        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Outage, "outage"), Policies.Ours, seed: 1);

        run.OutageSends!.Value.ShouldBeInRange(1, 40);
        run.Recovery!.Value.ShouldBeLessThanOrEqualTo(2.5);
        run.HardRulesBroken.ShouldBe(0);
    }

    [Fact]
    public async Task Of_two_outages_the_sends_count_together_and_the_longer_recovery()
    {
        const string Both = """
            {
              "twin": { "provider": "generic", "limits": { "hints": "none" } },
              "load": [ { "perSecond": 1, "for": "00:00:30", "arrival": "even" } ],
              "faults": [ { "kind": "outage", "from": "00:00:05", "until": "00:00:08" }, { "kind": "outage", "from": "00:00:15.5", "until": "00:00:19.1" } ]
            }
            """;

        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Both, "both"), "none", seed: 1);

        run.OutageSends.ShouldBe(3 + 4);
        run.Recovery!.Value.ShouldBeInRange(0.9, 1.2, "the first call after 19.1 s comes at 20 s");
    }

    [Fact]
    public async Task What_does_not_apply_is_null()
    {
        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Hour, "hour"), Policies.Ours, seed: 1);

        run.Jain.ShouldBeNull();
        run.OutageSends.ShouldBeNull();
        run.Recovery.ShouldBeNull();
        run.ProtectedOkRatio.ShouldBeNull();
        run.RefusalLagP99.ShouldBeNull();
    }

    [Fact]
    public async Task Tenants_are_compared_by_their_fair_shares()
    {
        const string Json = """
            {
              "twin": { "provider": "generic", "limits": { "list": [ { "amount": 10, "period": "00:00:01" } ] } },
              "load": [
                { "tenant": "A", "perSecond": 20, "for": "00:00:20", "priority": "background" },
                { "tenant": "B", "perSecond": 1, "for": "00:00:20", "priority": "interactive", "protected": true }
              ],
              "deadline": "00:00:05",
              "client": { "Pacing": { "Limits": "10/second" } }
            }
            """;

        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Parse(Json, "tenants"), Policies.Ours, seed: 1);

        run.ProtectedOkRatio.ShouldBe(1);
        run.Jain!.Value.ShouldBeGreaterThan(0.9);
        run.HardRulesBroken.ShouldBe(0);
    }

    [Fact]
    public async Task The_refusals_of_real_apis_are_handled_right_and_never_early()
    {
        RunFigures run = await SimulationRun.RunAsync(ScenarioReader.Load("S0"), Policies.Ours, seed: 1);

        run.Broken.ShouldBeEmpty();
        run.Wrong.ShouldBeEmpty();
        run.Ok.ShouldBe(run.Calls);
    }
}
