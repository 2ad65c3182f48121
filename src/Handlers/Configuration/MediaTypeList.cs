using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>Reads <see cref="ResilienceHandlersOptions.StreamTypes"/>: media types without parameters, separated by commas.</summary>
internal static class MediaTypeList
{
    /// <summary>The media types in lower case.</summary>
    public static bool TryParse(string text, out ImmutableArray<string> types, [NotNullWhen(false)] out string? error)
    {
        var found = ImmutableArray.CreateBuilder<string>();
        foreach (string entry in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int slash = entry.IndexOf('/', StringComparison.Ordinal);
            if (slash <= 0 || slash == entry.Length - 1 || entry.AsSpan().IndexOfAny(" \t;*\"") >= 0 || entry.LastIndexOf('/') != slash)
            {
                types = [];
                error = $"\"{entry}\" is no media type; write type/subtype without parameters, such as \"application/jsonl\"";
                return false;
            }

            found.Add(entry.ToLowerInvariant());
        }

        types = found.DrainToImmutable();
        error = null;
        return true;
    }
}
