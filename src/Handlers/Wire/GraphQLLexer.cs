namespace Handlers.Wire;

/// <summary>
/// The lexical tokens of a GraphQL document (specification §2.1), as far as finding operations needs them. A token is known by one character:
/// <c>a</c> a name, <c>"</c> a string or block string, <c>0</c> a number, <c>.</c> the spread, NUL the end, <c>?</c> anything malformed,
/// and each other punctuator itself.
/// </summary>
internal ref struct GraphQLLexer(ReadOnlySpan<char> document)
{
    public const char Name = 'a';
    public const char Text = '"';
    public const char Number = '0';
    public const char Spread = '.';
    public const char End = '\0';
    public const char Malformed = '?';

    private const string BlockQuote = "\"\"\"";

    private ReadOnlySpan<char> rest = document;

    /// <summary>The token <see cref="Next"/> came to.</summary>
    public char Token { get; private set; }

    /// <summary>The characters of a <see cref="Name"/>, or of a string in quotes as it stands, escapes included.</summary>
    public ReadOnlySpan<char> Value { get; private set; }

    public char Next()
    {
        SkipIgnored();
        Value = default;
        Token = rest.IsEmpty ? End : rest[0] switch
        {
            '"' => TakeString(),
            '.' => rest.StartsWith("...") ? Take(3, Spread) : Take(rest.Length, Malformed),
            '!' or '$' or '&' or '(' or ')' or ':' or '=' or '@' or '[' or ']' or '{' or '|' or '}' => Take(1, rest[0]),
            '-' or (>= '0' and <= '9') => Take(1 + WordLength(rest[1..], ".+-"), Number),
            '_' or (>= 'A' and <= 'Z') or (>= 'a' and <= 'z') => TakeName(),
            _ => Take(rest.Length, Malformed),
        };
        return Token;
    }

    /// <summary>From an opening bracket past the one that closes it; false if none does.</summary>
    public bool TrySkipBalanced()
    {
        int depth = 1;
        while (depth > 0)
        {
            switch (Next())
            {
                case '(' or '[' or '{':
                    depth++;
                    break;
                case ')' or ']' or '}':
                    depth--;
                    break;
                case End or Malformed:
                    return false;
                default:
                    break;
            }
        }

        return true;
    }

    // White space, line ends, commas, the byte order mark and comments mean nothing (§2.1.1 to §2.1.5).
    private void SkipIgnored()
    {
        rest = rest.TrimStart(" \t\r\n,\uFEFF");
        while (rest.StartsWith('#'))
        {
            int end = rest.IndexOfAny('\r', '\n');
            rest = end < 0 ? default : rest[end..].TrimStart(" \t\r\n,\uFEFF");
        }
    }

    private char TakeString()
    {
        if (rest.StartsWith(BlockQuote))
        {
            return TakeBlockString();
        }

        int at = 1;
        while (true)
        {
            int length = rest[at..].IndexOfAny("\"\\\r\n");
            if (length < 0)
            {
                return Take(rest.Length, Malformed);
            }

            at += length;
            switch (rest[at])
            {
                case '"':
                    Value = rest[1..at];
                    return Take(at + 1, Text);
                case '\\' when at + 1 < rest.Length:
                    at += 2;
                    break;
                default:
                    return Take(rest.Length, Malformed);
            }
        }
    }

    private char TakeBlockString()
    {
        int at = BlockQuote.Length;
        while (true)
        {
            int length = rest[at..].IndexOf(BlockQuote);
            if (length < 0)
            {
                return Take(rest.Length, Malformed);
            }

            at += length + BlockQuote.Length;

            // \""" is the one escape there is.
            if (length == 0 || rest[at - BlockQuote.Length - 1] != '\\')
            {
                return Take(at, Text);
            }
        }
    }

    private char TakeName()
    {
        int length = WordLength(rest, "");
        Value = rest[..length];
        return Take(length, Name);
    }

    private char Take(int length, char token)
    {
        rest = rest[length..];
        return token;
    }

    private static int WordLength(ReadOnlySpan<char> text, ReadOnlySpan<char> others)
    {
        int length = 0;
        while (length < text.Length && (char.IsAsciiLetterOrDigit(text[length]) || text[length] == '_' || others.Contains(text[length])))
        {
            length++;
        }

        return length;
    }
}
