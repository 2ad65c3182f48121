using Handlers.Wire;

namespace Handlers.Fallback;

/// <summary>Finds the model that a request asks for, in its path or in its JSON, and puts another one there.</summary>
internal static class ModelSwap
{
    private const string InPath = "/models/";
    private const string Member = "model";

    /// <summary>The models to try, in order: those behind the one that was asked for.</summary>
    public static ReadOnlySpan<string> After(string? asked, string[] models) => models.AsSpan(Array.IndexOf(models, asked) + 1);

    public static string? ModelOf(Uri uri, ReadOnlySpan<byte> body) =>
        TryFindInPath(uri, out Range place) ? Uri.UnescapeDataString(uri.AbsoluteUri[place])
        : JsonBody.Open(body).TryGetString(out string? model, Member) ? model
        : null;

    /// <summary>The same address with another model; null when it names none.</summary>
    public static Uri? InAddress(Uri uri, string model)
    {
        if (!TryFindInPath(uri, out Range place))
        {
            return null;
        }

        string address = uri.AbsoluteUri;
        return new Uri($"{address.AsSpan(0, place.Start.Value)}{Uri.EscapeDataString(model)}{address.AsSpan(place.End.Value)}");
    }

    /// <summary>The same body with another model; null when it names none.</summary>
    public static byte[]? InBody(ReadOnlySpan<byte> body, string model) => JsonEdit.Replace(body, model, Member);

    // …/models/{model}:method, as Google's APIs have it.
    private static bool TryFindInPath(Uri uri, out Range place)
    {
        place = default;
        string address = uri.AbsoluteUri;
        int end = address.IndexOfAny(['?', '#']);
        ReadOnlySpan<char> path = address.AsSpan(0, end < 0 ? address.Length : end);
        int models = path.LastIndexOf(InPath, StringComparison.Ordinal);
        int start = models + InPath.Length;
        int colon = models < 0 ? -1 : path[start..].IndexOf(':');
        if (colon <= 0 || path.Slice(start, colon).Contains('/'))
        {
            return false;
        }

        place = start..(start + colon);
        return true;
    }
}
