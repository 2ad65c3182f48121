namespace Handlers.Tests.Architecture;

/// <summary>What people read: the repository's pages, those under docs, and the page inside each package.</summary>
internal static class Documents
{
    public static string[] In(string root) =>
    [
        .. Directory.GetFiles(root, "*.md"),
        .. Directory.GetFiles(Path.Combine(root, "docs"), "*.md", SearchOption.AllDirectories),
        .. OfPackages(root),
    ];

    public static string[] OfPackages(string root) => Directory.GetFiles(Path.Combine(root, "src"), "README.md", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 });
}
