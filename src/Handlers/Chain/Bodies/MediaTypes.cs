using System.Net.Http.Headers;

namespace Handlers;

/// <summary>What a Content-Type says about how a body may be handled.</summary>
internal static class MediaTypes
{
    public const string Json = "application/json";
    public const string Text = "text/plain";

    /// <summary>The media type of a body without parameters, in lower case, or null.</summary>
    public static string? NameOf(HttpContent content)
    {
        if (!content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values))
        {
            return null;
        }

        string raw = values.ToString();
        ReadOnlySpan<char> type = Bare(raw);
        return type switch
        {
            Json => Json,
            Text => Text,
            "text/event-stream" => "text/event-stream",
            _ => type.Length == raw.Length && !type.ContainsAnyInRange('A', 'Z') ? raw : type.ToString().ToLowerInvariant(),
        };
    }

    /// <summary>The media type of a body without parameters; empty when it has none.</summary>
    public static ReadOnlySpan<char> Of(HttpContent content)
    {
        // Contents have one or two headers: a walk costs half of a look-up by name.
        foreach ((string name, HeaderStringValues values) in content.Headers.NonValidated)
        {
            if (name.Length == 12 && name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                return Bare(values.ToString());
            }
        }

        return default;
    }

    /// <summary>The media type without parameters.</summary>
    public static ReadOnlySpan<char> Bare(ReadOnlySpan<char> contentType)
    {
        int parameters = contentType.IndexOf(';');
        return (parameters < 0 ? contentType : contentType[..parameters]).Trim();
    }

    public static bool IsStream(ReadOnlySpan<char> type) =>
        type.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase)
        || type.Equals("application/x-ndjson", StringComparison.OrdinalIgnoreCase)
        || type.Equals("multipart/x-mixed-replace", StringComparison.OrdinalIgnoreCase);

    public static bool IsJson(ReadOnlySpan<char> type) =>
        type.Equals(Json, StringComparison.OrdinalIgnoreCase)
        || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase);
}
