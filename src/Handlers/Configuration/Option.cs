namespace Handlers;

/// <summary>One option: where it stands, and everything that can be done with it without knowing its type.</summary>
internal abstract class Option(string path)
{
    /// <summary>The path below the client's section, such as <c>Retry:MaxRetries</c>.</summary>
    public string Path { get; } = path;

    /// <summary>Whether the effective policy names it even when it has its default.</summary>
    public bool Prominent { get; init; }

    /// <summary>What a right value is.</summary>
    public abstract string Expects { get; }

    /// <summary>The value that holds when no layer says anything, as one would write it.</summary>
    public string Default => Format(OptionSchema.Generic);

    /// <summary>Sets the option from configuration text; answers what is wrong with it, or null. A wrong value sets nothing.</summary>
    public abstract string? TrySet(ResilienceHandlersOptions options, string text);

    /// <summary>What is wrong with the present value, or null.</summary>
    public abstract string? Check(ResilienceHandlersOptions options);

    /// <summary>The present value as one would write it.</summary>
    public abstract string Format(ResilienceHandlersOptions options);

    public abstract bool AreEqual(ResilienceHandlersOptions a, ResilienceHandlersOptions b);

    public abstract void Copy(ResilienceHandlersOptions from, ResilienceHandlersOptions to);
}
