using System.Buffers;
using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>
/// Walks the directives of one Cache-Control line (RFC 9111 §5.2): token, optionally "=" and a token or a quoted string. What stands inside quotes is never taken
/// for a directive, and space around "=" makes an argument that counts as malformed.
/// </summary>
internal ref struct DirectiveReader(ReadOnlySpan<char> line)
{
    private static readonly SearchValues<char> TokenChars = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    private ReadOnlySpan<char> _rest = line;

    public ReadOnlySpan<char> Name { get; private set; }

    /// <summary>The argument without its quotes; escapes stay as they are, no directive needs them.</summary>
    public ReadOnlySpan<char> Argument { get; private set; }

    public bool HasArgument { get; private set; }

    /// <summary>The directive does not follow the grammar; its name can still be trusted.</summary>
    public bool IsMalformed { get; private set; }

    public bool MoveNext()
    {
        while (true)
        {
            _rest = _rest.TrimStart(" \t,");
            if (_rest.IsEmpty)
            {
                return false;
            }

            int end = _rest.IndexOfAnyExcept(TokenChars);
            Name = end < 0 ? _rest : _rest[..end];
            _rest = _rest[Name.Length..];
            ReadArgument();
            if (!Name.IsEmpty)
            {
                return true;
            }
        }
    }

    public readonly bool Is(string name) => Name.Equals(name, StringComparison.OrdinalIgnoreCase);

    private void ReadArgument()
    {
        ReadOnlySpan<char> member = NextMember();
        Argument = default;
        HasArgument = !member.IsEmpty && member[0] == '=';
        IsMalformed = !HasArgument && !HeaderLines.Trim(member).IsEmpty;
        if (!HasArgument)
        {
            return;
        }

        ReadOnlySpan<char> value = member[1..].TrimEnd(" \t");
        if (value is ['"', .., '"'])
        {
            Argument = value[1..^1];
        }
        else
        {
            Argument = value;
            IsMalformed = value.IsEmpty || value.ContainsAnyExcept(TokenChars);
        }
    }

    /// <summary>What is left up to the next comma outside quotes. A quote that is never closed hides nothing.</summary>
    private ReadOnlySpan<char> NextMember()
    {
        int end = HeaderLines.EndOfMember(_rest, out bool isQuoteOpen);
        int comma = isQuoteOpen ? _rest.IndexOf(',') : -1;
        return Take(comma < 0 ? end : comma);
    }

    private ReadOnlySpan<char> Take(int length)
    {
        ReadOnlySpan<char> member = _rest[..length];
        _rest = length < _rest.Length ? _rest[(length + 1)..] : default;
        return member;
    }
}
