using System.Text.Json;
using Handlers.Tool.Tests.Support;

namespace Handlers.Tool.Tests.Explain;

/// <summary>The captured answers through the command: kind, retry, wait and quota as their files expect.</summary>
[Trait("Requirement", "A3")]
[Trait("Requirement", "B4")]
public sealed class CapturedAnswersTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "samples");
    private static readonly int Samples = Directory.GetFiles(Root, "*.json", SearchOption.AllDirectories).Length;

    [Fact]
    public void Every_captured_answer_is_explained_as_expected()
    {
        Ran ran = Ran.With("", "explain", Root, "--json");

        ran.Code.ShouldBe(ExitCode.Done, ran.Error);
        Samples.ShouldBeGreaterThanOrEqualTo(69);
        ran.Lines.Length.ShouldBe(Samples);
        foreach (string line in ran.Lines)
        {
            using JsonDocument said = JsonDocument.Parse(line);
            Check(said.RootElement);
        }
    }

    [Fact]
    public void Files_come_in_ordinal_order_and_are_named_as_given()
    {
        string[] files = [.. Ran.With("", "explain", Root + "/", "--json").Lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("file").GetString()!)];

        files.ShouldBe(files.Order(StringComparer.Ordinal));
        files.ShouldAllBe(file => file.StartsWith(Root + "/", StringComparison.Ordinal) && !file.Contains("//", StringComparison.Ordinal) && File.Exists(file));
    }

    [Fact]
    public void People_get_the_same_answers_in_words()
    {
        Ran ran = Ran.With("", "explain", Root);

        ran.Code.ShouldBe(ExitCode.Done, ran.Error);
        ran.Lines.Count(line => line.StartsWith("  verdict", StringComparison.Ordinal)).ShouldBe(Samples);
        ran.Lines.Count(line => line.StartsWith("  does", StringComparison.Ordinal)).ShouldBeGreaterThanOrEqualTo(Samples);
    }

    private static void Check(JsonElement said)
    {
        string file = said.GetProperty("file").GetString()!;
        using JsonDocument sample = JsonDocument.Parse(File.ReadAllText(file));
        JsonElement expected = sample.RootElement.GetProperty("expect");
        said.GetProperty("provider").GetString().ShouldBe(Path.GetFileName(Path.GetDirectoryName(file)), file);
        said.GetProperty("kind").GetString().ShouldBe(expected.GetProperty("kind").GetString(), file);
        said.GetProperty("retry").GetBoolean().ShouldBe(expected.GetProperty("retry").GetBoolean(), file);
        said.GetProperty("why").GetString().ShouldNotBeNullOrEmpty(file);
        if (expected.GetProperty("wait_seconds").ValueKind == JsonValueKind.Null)
        {
            said.GetProperty("wait_seconds").ValueKind.ShouldBe(JsonValueKind.Null, file);
        }
        else
        {
            said.GetProperty("wait_seconds").GetDouble().ShouldBe(expected.GetProperty("wait_seconds").GetDouble(), 0.05, file);
        }

        if (expected.TryGetProperty("bucket", out JsonElement bucket))
        {
            said.GetProperty("quota").GetString().ShouldBe(bucket.GetString(), file);
        }
    }
}
