using System.Globalization;
using System.Text.RegularExpressions;

namespace Handlers.Tests.Architecture;

/// <summary>docs/pitfalls.md promises tests; they must exist, or the promise is a lie that nobody notices.</summary>
public sealed partial class PitfallsDocumentTests
{
    [Fact]
    public void All_thirty_are_there_and_each_names_a_test()
    {
        MatchCollection rows = Row.Matches(Document());

        rows.Select(row => int.Parse(row.Groups["number"].Value, CultureInfo.InvariantCulture)).ShouldBe(Enumerable.Range(1, 30));
        rows.ShouldAllBe(row => Test.IsMatch(row.Groups["shown"].Value));
    }

    [Fact]
    public void Every_test_that_it_names_exists()
    {
        Dictionary<string, string> sources = new(StringComparer.Ordinal);
        foreach (string file in Directory.GetFiles(Path.Combine(DependencyTests.RepositoryRoot(), "test"), "*Tests.cs", SearchOption.AllDirectories))
        {
            string subject = Path.GetFileNameWithoutExtension(file);
            sources[subject] = sources.GetValueOrDefault(subject) + File.ReadAllText(file);
        }

        string[] missing =
        [
            .. Test.Matches(Document())
                .Where(test => !(sources.TryGetValue(test.Groups["subject"].Value, out string? source)
                    && Regex.IsMatch(source, $@"\]\s+public (async Task|Task|void) {test.Groups["name"].Value}\(", RegexOptions.None, TimeSpan.FromSeconds(5))))
                .Select(test => test.Value),
        ];

        missing.ShouldBeEmpty();
    }

    private static string Document() => File.ReadAllText(Path.Combine(DependencyTests.RepositoryRoot(), "docs", "pitfalls.md"));

    [GeneratedRegex(@"^\| (?<number>\d+) \|[^|]+\|[^|]+\|(?<shown>[^|]+)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Row { get; }

    [GeneratedRegex(@"`(?<subject>\w+Tests)\.(?<name>\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Test { get; }
}
