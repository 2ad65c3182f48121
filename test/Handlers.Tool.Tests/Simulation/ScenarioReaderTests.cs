using Handlers.Tool.Simulation;

namespace Handlers.Tool.Tests.Simulation;

public sealed class ScenarioReaderTests
{
    private const string Twin = "\"twin\": { \"provider\": \"github\" }";

    [Fact]
    public void Knows_every_scenario_of_the_scoreboard() =>
        ScenarioReader.BuiltIn.ShouldBe(["S0", "S1", "S2", "S2d", "S2u", "S3", "S3b", "S4", "S4u", "S5", "S6a", "S6b", "S7", "S7b", "S8", "S9a", "S9b"]);

    [Fact]
    public void Every_built_in_scenario_is_written_correctly()
    {
        foreach (string name in ScenarioReader.BuiltIn)
        {
            ScenarioReader.Load(name).Name.ShouldBe(name);
        }
    }

    [Theory]
    [InlineData("""{ TWIN, "load": [ { "calls": "many" } ] }""", "load[0].calls", "\"many\"", "a number from 1")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "deadline": "30s" }""", "deadline", "\"30s\" is not a duration", "write \"00:00:30\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "dedline": "00:00:30" }""", "dedline", "nothing reads this", "did you mean \"deadline\"?")]
    [InlineData("""{ "twin": { "provider": "github", "limits": { "coreLimits": 5 } }, "load": [ { "calls": 1 } ] }""", "twin.limits.coreLimits", "nothing reads this", "\"coreLimit\"")]
    [InlineData("""{ "twin": { "provider": "gitlab" }, "load": [ { "calls": 1 } ] }""", "twin.provider", "\"gitlab\"", "\"github\"")]
    [InlineData("""{ TWIN }""", "load", "missing", "\"calls\"")]
    [InlineData("""{ TWIN, "load": [ { "perSecond": 5 } ] }""", "load[0].for", "missing", "\"00:02:00\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "faults": [ { "kind": "fire" } ] }""", "faults[0].kind", "\"fire\"", "\"outage\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "capacity": [ { "perSecond": 1, "status": 500 } ] }""", "capacity[0].status", "500", "neither 429 nor 503")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "client": [] }""", "client", "no object", "ResilienceHandlers:Clients:{name}")]
    public void Says_where_the_mistake_is_what_stands_there_and_what_to_write(string json, string path, string value, string cure)
    {
        ScenarioException mistake = Should.Throw<ScenarioException>(() => ScenarioReader.Parse(json.Replace("TWIN", Twin, StringComparison.Ordinal), "my.json"));

        mistake.Message.ShouldContain($"my.json: {path}: ");
        mistake.Message.ShouldContain(value);
        mistake.Message.ShouldContain(cure);
    }

    [Fact]
    public void Says_all_mistakes_at_once()
    {
        const string Json = """{ "twin": { "provider": "github" }, "load": [ { "calls": 0.5 } ], "deadline": 30, "titel": "" }""";

        ScenarioException mistake = Should.Throw<ScenarioException>(() => ScenarioReader.Parse(Json, "my.json"));

        mistake.Message.Split('\n').Length.ShouldBeGreaterThanOrEqualTo(3);
    }

    [Fact]
    public void A_name_that_is_nearly_right_is_found() =>
        Should.Throw<ScenarioException>(() => ScenarioReader.Load("S6c")).Message.ShouldContain("Did you mean S6a?");

    [Fact]
    public void A_setting_that_the_handlers_do_not_know_is_told_with_its_path()
    {
        Scenario scenario = ScenarioReader.Parse("""{ "twin": { "provider": "github" }, "load": [ { "calls": 1 } ], "client": { "Pacing": { "Limit": "5/second" } } }""", "my.json");

        ScenarioException mistake = Should.Throw<ScenarioException>(() => SimulationRun.RunAsync(scenario, Policies.Ours, seed: 1));

        mistake.Message.ShouldContain("ResilienceHandlers:Clients:github:Pacing:Limit");
    }
}
