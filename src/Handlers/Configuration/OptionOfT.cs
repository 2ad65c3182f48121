namespace Handlers;

/// <summary>One line of the table: an option together with its type's kind and the way to its property.</summary>
internal sealed class Option<T>(
    string path,
    OptionKind<T> kind,
    Func<ResilienceHandlersOptions, T> get,
    Action<ResilienceHandlersOptions, T> set) : Option(path)
{
    public override string Expects => kind.Expects;

    public override string? TrySet(ResilienceHandlersOptions options, string text)
    {
        if (!kind.TryParse(text, out T? value, out string? problem))
        {
            return problem;
        }

        problem = kind.Check(value!);
        if (problem is null)
        {
            set(options, value!);
        }

        return problem;
    }

    public override string? Check(ResilienceHandlersOptions options) => kind.Check(get(options));

    public override string Format(ResilienceHandlersOptions options) => kind.Format(get(options));

    public override bool AreEqual(ResilienceHandlersOptions a, ResilienceHandlersOptions b) => EqualityComparer<T>.Default.Equals(get(a), get(b));

    public override void Copy(ResilienceHandlersOptions from, ResilienceHandlersOptions to) => set(to, get(from));
}
