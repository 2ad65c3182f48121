using System.Reflection;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http;

namespace Handlers.AspNetCore;

/// <summary>The page and its two files, as they stand in the assembly: no build step, no other host.</summary>
internal static class StatusPage
{
    private static readonly string Html = Read("page.html");

    public static string Script { get; } = Read("page.js");

    public static string Style { get; } = Read("page.css");

    public static string Render(HttpContext context, IAntiforgery? antiforgery)
    {
        // Relative to the page: which prefixes proxies have cut off on the way is not always told.
        string path = context.Request.Path.ToUriComponent();
        string name = path[(path.LastIndexOf('/') + 1)..];
        string address = name.Length == 0 ? "." : $"./{name}";
        AntiforgeryTokenSet? tokens = antiforgery?.GetAndStoreTokens(context);
        return Html
            .Replace("{{base}}", HtmlEncoder.Default.Encode(address), StringComparison.Ordinal)
            .Replace("{{token-header}}", HtmlEncoder.Default.Encode(tokens?.HeaderName ?? ""), StringComparison.Ordinal)
            .Replace("{{token}}", HtmlEncoder.Default.Encode(tokens?.RequestToken ?? ""), StringComparison.Ordinal);
    }

    private static string Read(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
