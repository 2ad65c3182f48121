using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>
/// Endpoints as <c>METHOD /path/*</c>, several separated by commas: <c>*</c> as the method is any method, <c>*</c> in the path any characters, also none and
/// also slashes. The query is not looked at. Methods and paths compare exactly, as they do on the wire.
/// </summary>
internal sealed class EndpointPattern
{
    private readonly (string? Method, string Path)[] _patterns;
    private readonly string _text;

    private EndpointPattern((string? Method, string Path)[] patterns, string text)
    {
        _patterns = patterns;
        _text = text;
    }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">The text.</param>
    /// <param name="pattern">The pattern; null when the text is wrong.</param>
    /// <param name="error">What is wrong and what to write instead; null when nothing is.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EndpointPattern? pattern, [NotNullWhen(false)] out string? error)
    {
        pattern = null;
        error = null;
        string[] parts = (text ?? "").Split(',', StringSplitOptions.TrimEntries);
        var patterns = new (string? Method, string Path)[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            string part = parts[i];
            int space = part.IndexOf(' ', StringComparison.Ordinal);
            string path = space < 0 ? "" : part[(space + 1)..].TrimStart();
            if (space <= 0 || !(path.StartsWith('/') || path.StartsWith('*')) || path.AsSpan().ContainsAny(" ?#"))
            {
                error = $"'{part}' is not an endpoint. Write METHOD /path/*, such as 'GET /search/*' or '* /v1/*', without a query; several are separated by commas.";
                return false;
            }

            string method = part[..space];
            patterns[i] = (method == "*" ? null : method.ToUpperInvariant(), path);
        }

        pattern = new EndpointPattern(patterns, string.Join(", ", patterns.Select(p => $"{p.Method ?? "*"} {p.Path}")));
        return true;
    }

    public bool Matches(HttpMethod method, Uri uri)
    {
        // Of the forms a Uri can give, the transport needs this one anyway and Uri keeps it: no string is made for us.
        ReadOnlySpan<char> path = uri.IsAbsoluteUri ? uri.PathAndQuery : uri.OriginalString;
        int end = path.IndexOfAny('?', '#');
        return Matches(method.Method, end < 0 ? path : path[..end]);
    }

    public bool Matches(string method, ReadOnlySpan<char> path)
    {
        foreach ((string? wanted, string glob) in _patterns)
        {
            if ((wanted is null || wanted.Equals(method, StringComparison.OrdinalIgnoreCase)) && MatchesGlob(glob, path))
            {
                return true;
            }
        }

        return false;
    }

    public override string ToString() => _text;

    // Greedy with one point of return: the last star takes one character more. Linear for patterns of one star, never exponential.
    private static bool MatchesGlob(ReadOnlySpan<char> glob, ReadOnlySpan<char> path)
    {
        int at = 0;
        int pos = 0;
        int star = -1;
        int resume = 0;
        while (pos < path.Length)
        {
            if (at < glob.Length && glob[at] == '*')
            {
                star = at++;
                resume = pos;
            }
            else if (at < glob.Length && glob[at] == path[pos])
            {
                at++;
                pos++;
            }
            else if (star >= 0)
            {
                at = star + 1;
                pos = ++resume;
            }
            else
            {
                return false;
            }
        }

        return glob[at..].TrimStart('*').IsEmpty;
    }
}
