using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>What JSON error bodies have in common.</summary>
internal static class Json
{
    /// <summary><c>application/json</c> and everything that ends in <c>+json</c>; never an event stream.</summary>
    public static bool IsMediaType(string? mediaType) =>
        mediaType is "application/json" || (mediaType is not null && mediaType.EndsWith("+json", StringComparison.Ordinal));

    /// <summary>The text for people, where APIs are wont to put it.</summary>
    public static string? Message(in JsonBody body) =>
        body.TryGetString(out string? text, "error", "message") || body.TryGetString(out text, "message") || body.TryGetString(out text, "detail") ? text : null;
}
