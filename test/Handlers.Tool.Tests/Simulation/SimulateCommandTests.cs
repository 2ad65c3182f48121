using System.Text.Json;
using Handlers.Tool.Tests.Support;

namespace Handlers.Tool.Tests.Simulation;

public sealed class SimulateCommandTests : IDisposable
{
    private const string Small = """
        {
          "title": "small <scenario>",
          "twin": { "provider": "generic", "limits": { "list": [ { "amount": 5, "period": "00:00:01" } ] } },
          "load": [ { "calls": 12 } ],
          "client": { "Pacing": { "Limits": "5/second" } }
        }
        """;

    private static readonly string[] Keys =
    [
        "scenario", "policy", "seeds", "ok", "calls", "refused", "wasted", "sends", "amplification", "makespan_s", "makespan_ratio", "recovery_s", "p50_s", "p99_s", "jain",
        "refusal_lag_p99_ms", "optimum_ok", "outage_sends", "protected_ok_ratio", "protected_p99_s", "hard_rules_broken",
    ];

    private readonly Folder _folder = new();

    [Fact]
    public async Task Json_has_exactly_the_specified_members_in_their_order()
    {
        Ran ran = await SimulateAsync(_folder.Write("small.json", Small), "--policy", "handlers,none", "--seeds", "2", "--json");

        using JsonDocument rows = JsonDocument.Parse(ran.Output);
        rows.RootElement.GetArrayLength().ShouldBe(2);
        foreach (JsonElement row in rows.RootElement.EnumerateArray())
        {
            row.EnumerateObject().Select(member => member.Name).ShouldBe(Keys);
            row.GetProperty("scenario").GetString().ShouldBe("small");
            row.GetProperty("seeds").GetInt32().ShouldBe(2);
            row.GetProperty("jain").ValueKind.ShouldBe(JsonValueKind.Null);
        }

        rows.RootElement[0].GetProperty("ok").GetDouble().ShouldBe(12);
        rows.RootElement[0].GetProperty("refused").GetInt32().ShouldBe(0);
        rows.RootElement[1].GetProperty("refused").GetInt32().ShouldBe(7);
        ran.Code.ShouldBe(ExitCode.Done);
    }

    [Fact]
    public async Task The_table_shows_the_settings_and_a_row_for_each_policy()
    {
        Ran ran = await SimulateAsync(_folder.Write("small.json", Small), "--policy", "handlers", "naive", "--seeds", "1");

        ran.Output.ShouldContain("Client: `{\"Pacing\":{\"Limits\":\"5/second\"}}`");
        ran.Output.ShouldContain("| handlers");
        ran.Output.ShouldContain("| naive");
    }

    [Fact]
    public async Task The_page_is_self_contained_and_has_a_chart()
    {
        string page = Path.Combine(_folder.Path, "report.html");

        Ran ran = await SimulateAsync(_folder.Write("small.json", Small), "--policy", "handlers", "--seeds", "1", "--html", page);

        string html = File.ReadAllText(page);
        html.ShouldContain("<svg");
        html.ShouldContain("small &lt;scenario&gt;");
        html.ShouldNotContain("http://");
        html.ShouldNotContain("https://");
        html.ShouldNotContain("<script");
        ran.Code.ShouldBe(ExitCode.Done);
    }

    [Theory]
    [InlineData("handler", "did you mean \"handlers\"?")]
    [InlineData("fastest", "write one of handlers, ")]
    public async Task A_policy_that_there_is_not_is_told(string policy, string cure)
    {
        Ran ran = await SimulateAsync("S2", "--policy", policy);

        ran.Error.ShouldContain(cure);
        ran.Code.ShouldBe(ExitCode.BadUsage);
    }

    [Fact]
    public async Task A_scenario_with_mistakes_is_told_with_its_places()
    {
        Ran ran = await SimulateAsync(_folder.Write("bad.json", """{ "twin": { "provider": "generic" }, "load": [ { "calls": 1, "cost": "two" } ] }"""));

        ran.Error.ShouldContain("bad.json: load[0].cost: \"two\" is not a number");
        ran.Code.ShouldBe(ExitCode.BadInput);
    }

    public void Dispose() => _folder.Dispose();

    // On a thread of its own: the command blocks its thread, and the pool's are needed by virtual time.
    private static Task<Ran> SimulateAsync(params string[] args)
    {
        var ended = new TaskCompletionSource<Ran>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                ended.SetResult(Ran.With("", ["simulate", .. args]));
            }
            catch (Exception e)
            {
                ended.SetException(e);
            }
        }).Start();
        return ended.Task;
    }
}
