using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>A value of another kind, or <c>none</c>.</summary>
internal sealed class OptionalKind<T>(OptionKind<T> inner) : OptionKind<T?>
    where T : struct
{
    public override string Expects { get; } = $"{inner.Expects} or \"none\"";

    public override bool TryParse(string text, out T? value, [NotNullWhen(false)] out string? problem)
    {
        if (OptionText.IsNone(text))
        {
            value = null;
            problem = null;
            return true;
        }

        bool read = inner.TryParse(text, out T some, out problem);
        value = read ? some : null;
        return read;
    }

    public override string? Check(T? value) => value is { } some ? inner.Check(some) : null;

    public override string Format(T? value) => value is { } some ? inner.Format(some) : OptionText.None;
}
