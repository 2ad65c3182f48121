using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>Entity tags and dates as they are compared (RFC 9110 §8.8.3.2, §13.1), on raw values: a tag without quotes still equals itself.</summary>
internal static class Validators
{
    /// <summary>Whether a validator can be sent back: request fields on the wire are ASCII.</summary>
    public static bool IsUsable(string? validator) => !string.IsNullOrWhiteSpace(validator) && !validator.AsSpan().ContainsAnyExceptInRange(' ', '~');

    public static bool AreStronglyEqual(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => !IsWeak(a) && !IsWeak(b) && a.SequenceEqual(b);

    public static bool AreWeaklyEqual(ReadOnlySpan<char> a, ReadOnlySpan<char> b) => Opaque(a).SequenceEqual(Opaque(b));

    /// <summary>Whether an If-None-Match names the tag, or "*".</summary>
    public static bool Names(FieldLines ifNoneMatch, string? etag)
    {
        for (int i = 0; i < ifNoneMatch.Count; i++)
        {
            ReadOnlySpan<char> rest = ifNoneMatch[i];
            while (!rest.IsEmpty)
            {
                int end = EndOfTag(rest);
                ReadOnlySpan<char> tag = HeaderLines.Trim(rest[..end]);
                rest = end < rest.Length ? rest[(end + 1)..] : default;
                if (tag is "*" || (etag is not null && !tag.IsEmpty && AreWeaklyEqual(tag, etag)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// RFC 9111 §4.3.4: whether a 304 speaks of the stored answer. A tag that contradicts ours speaks of another; the weak form of ours is ours (servers that
    /// compress drop or add the mark).
    /// </summary>
    public static bool Identify(in ResponseHead notModified, string? etag, string? lastModified)
    {
        if (notModified.ETag is { } tag)
        {
            return etag is null || AreWeaklyEqual(tag, etag);
        }

        return etag is not null || notModified.LastModified is null || notModified.LastModified == lastModified;
    }

    private static bool IsWeak(ReadOnlySpan<char> tag) => tag.StartsWith("W/", StringComparison.Ordinal);

    private static ReadOnlySpan<char> Opaque(ReadOnlySpan<char> tag) => IsWeak(tag) ? tag[2..] : tag;

    // A comma may stand inside a tag.
    private static int EndOfTag(ReadOnlySpan<char> list)
    {
        bool quoted = false;
        for (int at = 0; at < list.Length; at++)
        {
            if (list[at] == '"')
            {
                quoted = !quoted;
            }
            else if (list[at] == ',' && !quoted)
            {
                return at;
            }
        }

        return list.Length;
    }
}
