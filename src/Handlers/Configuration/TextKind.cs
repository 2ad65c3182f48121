using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>A text that another part of the suite can read: <paramref name="parse"/> says what is wrong with it, or null.</summary>
internal sealed class TextKind(string expects, Func<string, string?> parse, bool orNull = false, bool orEmpty = false) : OptionKind<string?>
{
    public override string Expects { get; } = expects;

    public override bool TryParse(string text, out string? value, [NotNullWhen(false)] out string? problem)
    {
        value = text;
        problem = null;
        return true;
    }

    public override string? Check(string? value)
    {
        if (value is null)
        {
            return orNull ? null : Problem("write the empty text instead of null");
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            return orEmpty ? null : Problem("remove the key to leave the option alone");
        }

        return parse(value) is { } error ? $"is not {Expects}: {error.TrimEnd('.')}" : null;
    }

    public override string Format(string? value) => value ?? OptionText.None;
}
