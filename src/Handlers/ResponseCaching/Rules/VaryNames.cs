using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>The request fields that an answer was chosen by (RFC 9110 §12.5.5).</summary>
internal static class VaryNames
{
    /// <summary>A "*" anywhere, on any line: the answer matches no later request (RFC 9111 §4.1).</summary>
    public static bool IsStar(FieldLines lines)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<char> line = lines[i];
            if (!line.Contains('*'))
            {
                continue;
            }

            foreach (Range part in line.Split(','))
            {
                if (HeaderLines.Trim(line[part]) is "*")
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>The names in lower case, each once, in the order in which they first came.</summary>
    public static string[] Parse(FieldLines lines)
    {
        List<string>? names = null;
        for (int i = 0; i < lines.Count; i++)
        {
            ReadOnlySpan<char> line = lines[i];
            foreach (Range part in line.Split(','))
            {
                ReadOnlySpan<char> name = HeaderLines.Trim(line[part]);
                if (!name.IsEmpty && !Contains(names, name))
                {
                    (names ??= []).Add(Lower(name));
                }
            }
        }

        return names is null ? [] : [.. names];
    }

    private static bool Contains(List<string>? names, ReadOnlySpan<char> name)
    {
        if (names is not null)
        {
            foreach (string known in names)
            {
                if (name.Equals(known, StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
            }
        }

        return false;
    }

    private static string Lower(ReadOnlySpan<char> name) => string.Create(name.Length, name, static (lower, from) => from.ToLowerInvariant(lower));
}
