using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Handlers.Tests.Architecture;
using Handlers.Tests.Support;

namespace Handlers.Tests.Diagnostics;

/// <summary>Event ids, instruments and event kinds are promises: each stands in the documents.</summary>
public sealed partial class TelemetryDocumentTests
{
    [Fact]
    public void Every_event_id_is_documented()
    {
        string document = Read("docs/telemetry.md");

        foreach (FieldInfo id in typeof(EventIds).GetFields(BindingFlags.Static | BindingFlags.Public))
        {
            document.ShouldContain($"| {id.GetRawConstantValue()} | `{id.Name}` |");
        }
    }

    [Fact]
    public void Every_instrument_and_attribute_is_documented()
    {
        string document = Read("docs/telemetry.md");
        using var bench = new Bench();
        using HttpClient client = bench.Create();
        using var seen = new Measurements(bench.Services);

        seen.Instruments.Count.ShouldBeGreaterThan(10);
        seen.Instruments.ShouldAllBe(instrument => document.Contains($"| `{instrument.Name}` |"));
        foreach (FieldInfo attribute in typeof(Attributes).GetFields(BindingFlags.Static | BindingFlags.Public))
        {
            document.ShouldContain($"`{attribute.GetRawConstantValue()}`");
        }
    }

    [Fact]
    public void Every_event_kind_is_documented()
    {
        string document = Read("docs/monitoring.md");

        Enum.GetNames<ResilienceEventKind>().ShouldAllBe(kind => document.Contains($"`{kind}`"));
    }

    [Theory]
    [Trait("Requirement", "B8")]
    [InlineData("docs/telemetry/alerts.yml")]
    [InlineData("docs/telemetry/grafana.json")]
    public void Alerts_and_dashboard_ask_for_metrics_that_exist(string file)
    {
        using var bench = new Bench();
        using HttpClient client = bench.Create();
        using var seen = new Measurements(bench.Services);
        HashSet<string> exported = [.. seen.Instruments.SelectMany(instrument => Exported(instrument.Name, instrument.Unit, instrument.GetType().Name))];

        string[] asked = [.. Metric.Matches(Read(file)).Select(m => m.Value).Distinct(StringComparer.Ordinal)];

        asked.Length.ShouldBeGreaterThan(5);
        asked.ShouldAllBe(metric => exported.Contains(metric));
    }

    [Fact]
    [Trait("Requirement", "B8")]
    public void There_is_an_alert_for_each_thing_that_wakes_somebody()
    {
        string alerts = Read("docs/telemetry/alerts.yml");

        string[] wanted = ["LastingRateLimits", "RetriesUsedUp", "LongServerWaits", "CircuitStuckOpen", "RetryStorm"];
        wanted.ShouldAllBe(alert => alerts.Contains($"alert: Handlers{alert}"));
        RuleOf(alerts, "RetriesUsedUp").ShouldContain("retries_exhausted_total[1h])) > 10");
        RuleOf(alerts, "LongServerWaits").ShouldContain("server_wait_seconds_count[15m])) > 60");
        JsonDocument.Parse(Read("docs/telemetry/grafana.json")).RootElement.GetProperty("panels").GetArrayLength().ShouldBeGreaterThan(8);
    }

    private static string RuleOf(string alerts, string alert) => alerts.Split("- alert: ").Single(rule => rule.StartsWith($"Handlers{alert}\n", StringComparison.Ordinal));

    /// <summary>The names under which the exporters write an instrument for Prometheus.</summary>
    private static IEnumerable<string> Exported(string name, string? unit, string kind)
    {
        string metric = name.Replace('.', '_') + (unit == "s" ? "_seconds" : "");
        return kind switch
        {
            _ when kind.StartsWith("Counter", StringComparison.Ordinal) => [metric + "_total"],
            _ when kind.StartsWith("Histogram", StringComparison.Ordinal) => [metric + "_bucket", metric + "_sum", metric + "_count"],
            _ => [metric],
        };
    }

    private static string Read(string file) => File.ReadAllText(Path.Combine(DependencyTests.RepositoryRoot(), file));

    [GeneratedRegex("handlers_http_client_[a-z_]+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Metric { get; }
}
