using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Runtime.CompilerServices;

namespace Handlers.Wire;

/// <summary>The lines of one header field as they came. List-based fields are joined by <c>ToString()</c>; a field that is no list takes this way.</summary>
internal static class HeaderLines
{
    /// <summary>Whether a field has this name. Put in place, because a comparison with a constant is a few instructions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Is(string name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);

    /// <summary>Where the first member of a list ends: at the next comma outside quotes, else at the end.</summary>
    public static int EndOfMember(ReadOnlySpan<char> list, out bool isQuoteOpen)
    {
        isQuoteOpen = false;
        for (int at = 0; at < list.Length; at++)
        {
            switch (list[at])
            {
                case '\\' when isQuoteOpen:
                    at++;
                    break;
                case '"':
                    isQuoteOpen = !isQuoteOpen;
                    break;
                case ',' when !isQuoteOpen:
                    return at;
            }
        }

        return list.Length;
    }

    /// <summary>Without the spaces and tabs around it, which are no part of a field value (RFC 9110 §5.5).</summary>
    public static ReadOnlySpan<char> Trim(ReadOnlySpan<char> value)
    {
        while (!value.IsEmpty && value[0] is (' ' or '\t'))
        {
            value = value[1..];
        }

        while (!value.IsEmpty && value[^1] is (' ' or '\t'))
        {
            value = value[..^1];
        }

        return value;
    }

    /// <summary>The one value of a field that is no list. Several lines are contradictory, hence unusable, unless they all say the same.</summary>
    public static bool TryGetSingle(HeaderStringValues lines, [NotNullWhen(true)] out string? value)
    {
        if (lines.Count == 1)
        {
            value = lines.ToString();
            return true;
        }

        value = null;
        foreach (string line in lines)
        {
            if (value is not null && value != line)
            {
                value = null;
                return false;
            }

            value = line;
        }

        return value is not null;
    }
}
