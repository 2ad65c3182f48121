using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>One name out of an enumeration, ignoring case. Numbers are refused: nobody can read them.</summary>
internal sealed class ChoiceKind<T> : OptionKind<T>
    where T : struct, Enum
{
    private static readonly ImmutableArray<string> Names = [.. Enum.GetNames<T>()];
    private static readonly ImmutableArray<T> Values = [.. Enum.GetValues<T>()];

    public override string Expects { get; } = $"one of {string.Join(", ", Names)}";

    public override bool TryParse(string text, out T value, [NotNullWhen(false)] out string? problem)
    {
        for (int i = 0; i < Names.Length; i++)
        {
            if (text.AsSpan().Trim().Equals(Names[i], StringComparison.OrdinalIgnoreCase))
            {
                value = Values[i];
                problem = null;
                return true;
            }
        }

        value = default;
        problem = Problem(Spelling.Closest(text.Trim(), Names) is { } close ? $"did you mean \"{close}\"?" : $"write for example \"{Names[0]}\"");
        return false;
    }

    public override string? Check(T value) => Enum.IsDefined(value) ? null : Problem($"write for example {Names[0]}");

    public override string Format(T value) => value.ToString();
}
