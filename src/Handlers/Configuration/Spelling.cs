namespace Handlers;

/// <summary>"Did you mean …?"</summary>
internal static class Spelling
{
    private const int LongestWord = 64;
    private const int SameStem = 4;

    /// <summary>The candidate that <paramref name="word"/> was most likely meant to be, or null when none is near.</summary>
    public static string? Closest(string word, params IReadOnlyList<string> candidates)
    {
        if (word.Length is 0 or > LongestWord)
        {
            return null;
        }

        string? closest = null;
        int least = 1 + Math.Max(1, word.Length / 3);
        foreach (string candidate in candidates)
        {
            int distance = candidate.Length > LongestWord ? int.MaxValue : Distance(word, candidate);
            if (distance < least)
            {
                least = distance;
                closest = candidate;
            }
        }

        // "Retries" for "Retry": further apart than a slip of the finger, yet the same word.
        return closest ?? candidates.FirstOrDefault(candidate =>
            word.Length >= SameStem && candidate.AsSpan().StartsWith(word.AsSpan(0, SameStem), StringComparison.OrdinalIgnoreCase)
            && Math.Abs(candidate.Length - word.Length) < SameStem);
    }

    /// <summary>Whether two words of some length differ by a slip or two, ignoring case.</summary>
    public static bool AreNear(string word, string other) => word.Length <= LongestWord && other.Length <= LongestWord && Distance(word, other) <= 2;

    /// <summary>Edits between two words ignoring case, two swapped neighbours counting as one (optimal string alignment).</summary>
    private static int Distance(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Span<int> beforeLast = stackalloc int[LongestWord + 1];
        Span<int> last = stackalloc int[LongestWord + 1];
        Span<int> row = stackalloc int[LongestWord + 1];
        for (int j = 0; j <= b.Length; j++)
        {
            last[j] = j;
        }

        for (int i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                bool same = Same(a[i - 1], b[j - 1]);
                row[j] = Math.Min(Math.Min(row[j - 1], last[j]) + 1, last[j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && Same(a[i - 1], b[j - 2]) && Same(a[i - 2], b[j - 1]))
                {
                    row[j] = Math.Min(row[j], beforeLast[j - 2] + 1);
                }
            }

            Span<int> free = beforeLast;
            beforeLast = last;
            last = row;
            row = free;
        }

        return last[b.Length];
    }

    private static bool Same(char a, char b) => char.ToUpperInvariant(a) == char.ToUpperInvariant(b);
}
