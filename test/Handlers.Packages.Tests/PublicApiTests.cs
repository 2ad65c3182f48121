using System.Reflection;

namespace Handlers.Packages.Tests;

/// <summary>What an app may compile against is listed beside each project, so that a change of it is a line in a review and never an accident.</summary>
public sealed class PublicApiTests
{
    private static readonly bool Accept = Environment.GetEnvironmentVariable("ACCEPT_PUBLIC_API") == "1";

    [Theory]
    [InlineData("Handlers")]
    [InlineData("Handlers.AspNetCore")]
    [InlineData("Handlers.Sqlite")]
    [InlineData("Handlers.Testing")]
    [InlineData("Handlers.Testing.Hosting")]
    public void Is_what_the_list_says(string package)
    {
        string list = Path.Combine(Repository.Root, "src", package, "PublicApi.txt");
        string[] built = PublicApi.Of(Assembly.Load(package));

        if (Accept)
        {
            File.WriteAllText(list, string.Join('\n', built) + "\n");
        }

        string[] listed = File.Exists(list) ? File.ReadAllLines(list) : [];
        string[] difference = ApiDifference.Between(listed, built);
        difference.Length.ShouldBe(0, $"""
            The public API of {package} is a promise, and it changed (- listed in src/{package}/PublicApi.txt, + built):
            {string.Join(Environment.NewLine, difference)}
            If that is meant: ACCEPT_PUBLIC_API=1 dotnet test test/Handlers.Packages.Tests, and a line in CHANGELOG.md.
            """);
    }
}
