namespace Handlers.AspNetCore.Tests.Browser;

/// <summary>A test in a headless Chromium: the one that <c>CHROMIUM</c> names, else an installed one. Skipped, and says so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class BrowserFactAttribute : FactAttribute
{
    private static readonly string[] Usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    public BrowserFactAttribute()
    {
        if (Path is null)
        {
            Skip = "No Chromium here: install the package chromium, or set CHROMIUM to its path.";
        }
    }

    public static string? Path { get; } =
        Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named ? named : Array.Find(Usual, File.Exists);
}
