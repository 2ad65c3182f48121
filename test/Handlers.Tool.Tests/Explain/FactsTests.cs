using System.Text.Json;
using Handlers.Tool.Tests.Support;

namespace Handlers.Tool.Tests.Explain;

/// <summary>
/// What each API's documentation, SDKs and captured answers say, a made-up answer for every fact: <c>Facts/{provider}.jsonl</c>, one a line, in the format
/// that <c>handlers explain</c> reads, with the expected verdict beside it.
/// </summary>
[Trait("Requirement", "A3")]
[Trait("Requirement", "B4")]
public sealed class FactsTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Facts");

    private static readonly string[] Names = [.. Directory.GetFiles(Root, "*.jsonl").Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Providers => [.. Names];

    [Theory]
    [MemberData(nameof(Providers))]
    public void Every_fact_is_judged_as_it_should_be(string provider)
    {
        string[] facts = File.ReadAllLines(Path.Combine(Root, provider + ".jsonl"));
        List<string> wrong = [];
        foreach (string fact in facts)
        {
            using JsonDocument expected = JsonDocument.Parse(fact);
            Ran ran = Ran.With(System.Text.Encoding.UTF8.GetBytes(fact), "explain", "--json", "--provider", provider);
            if (ran.Code != ExitCode.Done || !Matches(ran.Output, expected.RootElement.GetProperty("expect")))
            {
                wrong.Add($"{expected.RootElement.GetProperty("case")}: {ran.Output}{ran.Error}");
            }
        }

        wrong.ShouldBeEmpty();
        facts.Length.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void The_facts_are_about_providers_there_are()
    {
        ProviderTable table = new([]);

        Names.ShouldAllBe(name => table.Named(name) != null);
        Names.Length.ShouldBeGreaterThanOrEqualTo(9);
    }

    private static bool Matches(string output, JsonElement expected)
    {
        using JsonDocument said = JsonDocument.Parse(output);
        JsonElement actual = said.RootElement;
        return actual.GetProperty("kind").GetString() == expected.GetProperty("kind").GetString()
            && actual.GetProperty("retry").GetBoolean() == expected.GetProperty("retry").GetBoolean()
            && IsSameWait(actual.GetProperty("wait_seconds"), expected.GetProperty("wait_seconds"))
            && (!expected.TryGetProperty("bucket", out JsonElement bucket) || actual.GetProperty("quota").GetString() == bucket.GetString());
    }

    private static bool IsSameWait(JsonElement actual, JsonElement expected) =>
        actual.ValueKind == expected.ValueKind && (expected.ValueKind == JsonValueKind.Null || Math.Abs(actual.GetDouble() - expected.GetDouble()) <= 0.05);
}
