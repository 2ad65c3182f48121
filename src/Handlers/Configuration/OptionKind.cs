using System.Diagnostics.CodeAnalysis;

namespace Handlers;

/// <summary>How one kind of value is written, read and bounded.</summary>
internal abstract class OptionKind<T>
{
    /// <summary>What a right value is, so that "is not …" makes a sentence.</summary>
    public abstract string Expects { get; }

    /// <summary>Reads <paramref name="text"/>; the range is <see cref="Check"/>'s business.</summary>
    public abstract bool TryParse(string text, [MaybeNull] out T value, [NotNullWhen(false)] out string? problem);

    /// <summary>What is wrong with a value, from wherever it comes, and the cure; null when nothing is.</summary>
    public abstract string? Check(T value);

    /// <summary>The value as one would write it in configuration.</summary>
    public abstract string Format(T value);

    protected string Problem(string cure) => $"is not {Expects}; {cure}";
}
