using System.Buffers;

namespace Handlers.Wire.StructuredFields;

/// <summary>The alphabets and bounds of RFC 9651, which parser and serialiser share.</summary>
internal static class SfGrammar
{
    public const long MaxInteger = 999_999_999_999_999;
    public const int MaxIntegerDigits = 15;
    public const int MaxDecimalWholeDigits = 12;
    public const int MaxDecimalFractionDigits = 3;

    private static readonly SearchValues<char> KeyCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-.*");

    private static readonly SearchValues<char> TokenCharacters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~:/");

    /// <summary>The length of the key <paramref name="text"/> begins with; 0 if it begins with none. Upper case is no key (§3.1.2).</summary>
    public static int KeyLength(ReadOnlySpan<char> text) =>
        !text.IsEmpty && (char.IsAsciiLetterLower(text[0]) || text[0] == '*') ? LengthWithin(text, KeyCharacters) : 0;

    /// <summary>The length of the token <paramref name="text"/> begins with; 0 if it begins with none.</summary>
    public static int TokenLength(ReadOnlySpan<char> text) =>
        !text.IsEmpty && (char.IsAsciiLetter(text[0]) || text[0] == '*') ? LengthWithin(text, TokenCharacters) : 0;

    /// <summary>VCHAR or SP throughout.</summary>
    public static bool IsPrintable(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange(' ', '~');

    /// <summary>Printable, and nothing a String would have to escape.</summary>
    public static bool IsPlain(ReadOnlySpan<char> text) => IsPrintable(text) && !text.ContainsAny('"', '\\');

    private static int LengthWithin(ReadOnlySpan<char> text, SearchValues<char> alphabet)
    {
        int length = text.IndexOfAnyExcept(alphabet);
        return length < 0 ? text.Length : length;
    }
}
