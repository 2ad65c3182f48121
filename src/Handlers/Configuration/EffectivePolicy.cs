namespace Handlers;

/// <summary>Says in one line what holds for a client: the numbers that everybody asks for, and all that differs from the defaults, with its origin.</summary>
internal static class EffectivePolicy
{
    public static string Describe(Composition composition)
    {
        IEnumerable<string> options = OptionSchema.OptionsOf(composition.Options)
            .Where(option => option.Prominent || (!option.AreEqual(composition.Options, OptionSchema.Generic) && option.Path is not ("Provider" or "Workload")))
            .Select(option => $"{option.Path} {Value(option, composition.Options)}{From(composition.Origins[option.Path])}");
        return $"provider {NameOf(composition.Provider)}, workload {composition.Options.Workload}, {string.Join(", ", options)}";
    }

    public static string DescribeChange(Composition old, Composition edited)
    {
        IEnumerable<string> changes = OptionSchema.Differences(old.Options, edited.Options)
            .Select(option => $"{option.Path} {Value(option, old.Options)} -> {Value(option, edited.Options)}");
        if (!ReferenceEquals(old.Provider, edited.Provider))
        {
            changes = changes.Prepend($"provider {NameOf(old.Provider)} -> {NameOf(edited.Provider)}");
        }

        return string.Join(", ", changes);
    }

    private static string Value(Option option, ResilienceHandlersOptions options)
    {
        string value = option.Format(options);
        return value.Length == 0 || value.Contains(' ', StringComparison.Ordinal) ? $"\"{value}\"" : value;
    }

    private static string From(Layer layer) => layer.Kind switch
    {
        LayerKind.Generic => "",
        LayerKind.Provider => " (provider)",
        LayerKind.Defaults => " (Defaults)",
        LayerKind.Workload => " (workload)",
        LayerKind.Client => " (client)",
        _ => " (code)",
    };

    private static string NameOf(Provider? provider) => provider?.Name ?? "by host";
}
