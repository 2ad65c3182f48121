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
    [InlineData("""{ "load": [ { "calls": 1 } ] }""", "twin.provider", "missing", "\"github\"")]
    [InlineData("""{ "twin": { "provider": "1" }, "load": [ { "calls": 1 } ] }""", "twin.provider", "\"1\" is no twin", "\"github\"")]
    [InlineData("""{ "twin": { "provider": "github", "limits": { "window": "00:00:00" } }, "load": [ { "calls": 1 } ] }""", "twin.limits.window", "\"00:00:00\"", "the least is")]
    [InlineData("""{ "twin": { "provider": "generic", "limits": { "list": [ { "amount": 5, "period": "00:00:00" } ] } }, "load": [ { "calls": 1 } ] }""", "twin.limits.list[0].period", "\"00:00:00\"", "the least is")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1, "method": "GE T" } ] }""", "load[0].method", "\"GE T\" is no HTTP method", "\"GET\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1, "path": "http://[bad" } ] }""", "load[0].path", "\"http://[bad\" is no path", "\"/things/{n}\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1, "for": "00:00:10" } ] }""", "load[0].for", "at the start", "\"perSecond\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1, "usedTokens": 5 } ] }""", "load[0].usedTokens", "no tokens", "\"cost\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "capacity": [ { "perSecond": 1, "from": "00:01:00", "until": "00:00:30" } ] }""", "capacity[0].until", "ends after it begins", "\"from\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "capacity": [ { "perSecond": 1, "rampUntil": "00:00:30" } ] }""", "capacity[0].rampUntil", "no ramp", "\"rampTo\"")]
    [InlineData("""{ TWIN, "load": [ { "calls": 1 } ], "conformance": { "samples": true } }""", "load", "in place of a load", "leave one")]
    [InlineData("""{ "conformance": { } }""", "conformance.rows", "missing", "\"samples\": true")]
    [InlineData("""{ TWIN, "name": "", "load": [ { "calls": 1 } ] }""", "name", "empty", "leave this out")]
    public void Says_where_the_mistake_is_what_stands_there_and_what_to_write(string json, string path, string value, string cure)
    {
        ScenarioException mistake = Should.Throw<ScenarioException>(() => ScenarioReader.Parse(json.Replace("TWIN", Twin, StringComparison.Ordinal), "my.json"));

        mistake.Message.ShouldContain($"my.json: {path}: ");
        mistake.Message.ShouldContain(value);
        mistake.Message.ShouldContain(cure);
    }

    [Theory]
    [InlineData("""{ TWIN, "load": [ { "calls": -3 } ] }""")]
    [InlineData("""{ TWIN, "load": { "calls": 3 } }""")]
    [InlineData("""{ "twin": { "provider": 3 }, "load": [ { "calls": 3 } ] }""")]
    public void One_mistake_is_told_once(string json)
    {
        ScenarioException mistake = Should.Throw<ScenarioException>(() => ScenarioReader.Parse(json.Replace("TWIN", Twin, StringComparison.Ordinal), "my.json"));

        mistake.Message.Split('\n').ShouldHaveSingleItem();
    }

    [Fact]
    public void What_stands_there_twice_is_a_mistake() =>
        Should.Throw<ScenarioException>(() => ScenarioReader.Parse($$"""{ {{Twin}}, "load": [ { "calls": 1 } ], "load": [ { "calls": 2 } ] }""", "my.json"))
            .Message.ShouldContain("load");

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
