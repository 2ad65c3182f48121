namespace Handlers.ResponseCaching;

/// <summary>Which stored answers a write makes worthless (RFC 9111 §4.4): those of its own URI, and of the URIs of the same origin that its answer names.</summary>
internal static class CacheInvalidation
{
    /// <summary>Reads change nothing; a method that nobody knows may.</summary>
    public static bool IsUnsafe(HttpMethod method) => !Replay.IsRead(method);

    public static bool IsNonError(int status) => status is >= 200 and < 400;

    /// <summary>The URI that a Location or Content-Location names, if it is one of the same origin: nobody invalidates what belongs to others.</summary>
    /// <param name="target">The request's URI.</param>
    /// <param name="location">The field, or null.</param>
    public static Uri? SameOrigin(Uri target, string? location) =>
        location is not null && Uri.TryCreate(target, location, out Uri? named)
        && named.Scheme == target.Scheme && named.Port == target.Port && named.IdnHost.Equals(target.IdnHost, StringComparison.OrdinalIgnoreCase)
            ? named
            : null;
}
