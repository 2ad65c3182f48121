using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>A function of the app's: no text can name it.</summary>
internal sealed class CodeKind<T> : OptionKind<T?>
    where T : Delegate
{
    public override string Expects => "a function given in code";

    public override bool TryParse(string text, [MaybeNull] out T? value, [NotNullWhen(false)] out string? problem)
    {
        value = null;
        problem = OptionText.IsNone(text) ? null : Problem("set it with AddResilienceHandlers(options => …)");
        return problem is null;
    }

    public override string? Check(T? value) => null;

    public override string Format(T? value) => value is null ? OptionText.None : "a function";
}
