namespace Handlers;

/// <summary>Words and quoting shared by all kinds of values.</summary>
internal static class OptionText
{
    public const string None = "none";

    private const int LongestQuote = 120;

    private static readonly string[] SecretWords = ["secret", "token", "password", "credential", "authorization", "apikey", "api-key", "api_key", "bearer "];

    public static bool IsNone(string text)
    {
        ReadOnlySpan<char> word = text.AsSpan().Trim();
        return word.Equals(None, StringComparison.OrdinalIgnoreCase) || word.Equals("infinite", StringComparison.OrdinalIgnoreCase);
    }

    public static string Quote(string value) => value.Length <= LongestQuote ? $"\"{value}\"" : $"\"{value.AsSpan(0, LongestQuote)}…\"";

    /// <summary>Ends a text that may end with a question.</summary>
    public static string Sentence(string text) => text.EndsWith('?') ? text : $"{text}.";

    /// <summary>Quotes the value of a key that we do not know: it may be a secret that somebody put in the wrong place.</summary>
    public static string QuoteUnknown(string key, string value) =>
        Array.Exists(SecretWords, word => key.Contains(word, StringComparison.OrdinalIgnoreCase) || value.Contains(word, StringComparison.OrdinalIgnoreCase))
        || value.StartsWith("sk-", StringComparison.Ordinal)
            ? "\"(hidden)\""
            : Quote(value);
}
