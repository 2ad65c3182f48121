using System.Text;

namespace Handlers;

/// <summary>Names an operation by its path, with segments that look like ids replaced: for logs and metrics, where the number of names must stay small.</summary>
internal static class OperationName
{
    public static string Of(HttpMethod method, Uri? uri)
    {
        if (uri is null)
        {
            return method.Method;
        }

        string path = uri.IsAbsoluteUri ? uri.AbsolutePath : uri.OriginalString.Split('?', '#')[0];
        var name = new StringBuilder(method.Method).Append(' ');
        foreach (string segment in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            name.Append('/').Append(LooksLikeId(segment) ? "{id}" : segment);
        }

        return path.Length <= 1 ? name.Append('/').ToString() : name.ToString();
    }

    /// <summary>
    /// Words and version tags stay; numbers, UUIDs, hashes, addresses and anything long or mixed goes. One in seventy random tokens of 24 characters has no digit: its
    /// capitals give it away.
    /// </summary>
    public static bool LooksLikeId(string segment)
    {
        if (segment.Length > 32)
        {
            return true;
        }

        int digits = segment.Count(char.IsAsciiDigit);
        return digits switch
        {
            0 => segment.AsSpan().ContainsAny("@%=") || IsScrambled(segment),
            _ => segment is not ['v', ..] || segment.Length > 8 || digits > 2,
        };
    }

    // In words of several, such as streamGenerateContent, a capital begins a word: one letter in five or six.
    private static bool IsScrambled(string segment)
    {
        const int Shortest = 16;
        const int Share = 4;
        int upper = segment.Count(char.IsAsciiLetterUpper);
        int lower = segment.Count(char.IsAsciiLetterLower);
        return segment.Length >= Shortest && Math.Min(upper, lower) * Share >= upper + lower;
    }
}
