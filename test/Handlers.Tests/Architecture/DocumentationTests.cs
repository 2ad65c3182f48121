using System.Text.RegularExpressions;

namespace Handlers.Tests.Architecture;

/// <summary>Code in documents is code that compiles somewhere in samples or tests.</summary>
public sealed partial class DocumentationTests
{
    private static readonly (string What, string Pattern)[] PageParts =
    [
        ("an example", "^```(csharp|json)$"),
        ("options with their defaults", "^\\| option"),
        ("what it logs", "\\bLog: "),
        ("which exception it refuses with", "Exception`|throws nothing"),
        ("what to do", "^Do "),
        ("what not to do", "\\bDon't "),
    ];

    [Fact]
    public void Every_code_block_compiles_somewhere()
    {
        string root = DependencyTests.RepositoryRoot();
        string[] sources = [.. new[] { "samples", "test" }
            .SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder), "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .Select(file => Squeezed(File.ReadAllText(file)))];
        List<string> homeless = [];
        foreach (string document in Documents.In(root))
        {
            foreach (Match block in CodeBlock.Matches(File.ReadAllText(document)))
            {
                string code = Squeezed(block.Groups["code"].Value);
                if (!Array.Exists(sources, source => source.Contains(code, StringComparison.Ordinal)))
                {
                    homeless.Add($"{Path.GetFileName(document)}: {block.Groups["code"].Value.Trim()}");
                }
            }
        }

        homeless.ShouldBeEmpty();
    }

    /// <summary>Purpose, example, options with their defaults, what it logs and measures, what it refuses and with which exception, do and don't.</summary>
    [Fact]
    public void Every_handler_has_a_page_of_the_same_shape()
    {
        string root = DependencyTests.RepositoryRoot();
        List<string> missing = [];
        string[] handlers = [.. typeof(ResilienceHandlers).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(ChainedHandler))).Select(type => type.Name[..^"Handler".Length])];
        foreach (string handler in handlers)
        {
            string page = string.Concat(handler.Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"-{letter}" : $"{letter}")).ToLowerInvariant() + ".md";
            string path = Path.Combine(root, "docs", page);
            string text = File.Exists(path) ? File.ReadAllText(path) : "";
            missing.AddRange(PageParts
                .Where(part => !Regex.IsMatch(text, part.Pattern, RegexOptions.Multiline | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5)))
                .Select(part => $"{page}: {part.What}"));
        }

        handlers.Length.ShouldBeGreaterThanOrEqualTo(5);
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Every_link_to_a_file_leads_somewhere()
    {
        string root = DependencyTests.RepositoryRoot();
        List<string> dead = [];
        foreach (string document in Documents.In(root))
        {
            foreach (Match link in FileLink.Matches(File.ReadAllText(document)))
            {
                string target = Path.Combine(Path.GetDirectoryName(document)!, link.Groups["file"].Value);
                if (!File.Exists(target) && !Directory.Exists(target))
                {
                    dead.Add($"{Path.GetFileName(document)}: {link.Groups["file"].Value}");
                }
            }
        }

        dead.ShouldBeEmpty();
    }

    /// <summary>Inside a package the page stands alone.</summary>
    [Fact]
    public void No_link_leaves_the_page_of_a_package()
    {
        string[] pages = Documents.OfPackages(DependencyTests.RepositoryRoot());

        pages.ShouldNotBeEmpty();
        pages.ShouldAllBe(page => !FileLink.IsMatch(File.ReadAllText(page)));
    }

    private static string Squeezed(string code) => Space.Replace(code, "");

    [GeneratedRegex("```csharp\\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex CodeBlock { get; }

    [GeneratedRegex("\\]\\((?!https?:|#)(?<file>[^)#]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex FileLink { get; }

    [GeneratedRegex("\\s+", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex Space { get; }
}
