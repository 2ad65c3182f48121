using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace Handlers;

/// <summary>
/// Makes one client's options out of their layers, weakest first: generic defaults, provider profile, <c>Defaults</c>, workload preset,
/// <c>Clients:{name}</c>, code. Provider and workload decide what two of the layers hold, so they are found out first.
/// </summary>
internal static class OptionsComposer
{
    public const string Section = "ResilienceHandlers";
    public const string Defaults = "Defaults";
    public const string Clients = "Clients";

    private static readonly ChoiceKind<Workload> WorkloadKind = new();

    public static Composition Compose(ClientLayers layers)
    {
        if (Misplaced(layers) is { } misplaced)
        {
            Composition without = Compose(layers with { Section = null });
            return without with { Errors = [misplaced, .. without.Errors] };
        }

        string? provider = Named(layers, "Provider");
        Workload workload = WorkloadKind.TryParse(Named(layers, "Workload") ?? "", out Workload named, out _) ? named : Workload.Standard;
        Composition composition = Compose(layers, provider, workload);

        // Only running the code tells which provider and workload it names; then the layers below it are others, and all starts again.
        ResilienceHandlersOptions made = composition.Options;
        return made.Provider == provider && made.Workload == workload ? composition : Compose(layers, made.Provider, made.Workload);
    }

    private static Composition Compose(ClientLayers layers, string? providerName, Workload workload)
    {
        var options = new ResilienceHandlersOptions();
        var origins = new Origins();
        List<string> errors = [];
        Provider? provider = layers.FindProvider(providerName ?? layers.Client);

        ApplyProvider(provider, options, origins, errors);
        ApplySection(layers.Root?.GetSection(Defaults), LayerKind.Defaults, options, origins, errors);
        ApplyWorkload(workload, options, origins);
        ApplySection(layers.ClientSection, LayerKind.Client, options, origins, errors);
        ApplyCode(layers.Code, new Layer(LayerKind.Code, layers.CodeName), options, origins, errors);
        if (layers.Configured is { } configured)
        {
            ApplyCode([configured], new Layer(LayerKind.Code, $"Configure<ResilienceHandlersOptions>(\"{layers.Client}\", …)"), options, origins, errors);
        }

        if (layers.Section is { } section && !section.GetChildren().Any())
        {
            errors.Add(Empty(section, layers.Client));
        }

        if (providerName is not null && provider is null)
        {
            errors.Add($"{origins["Provider"].Place("Provider")} = {UnknownProvider(providerName, layers)}");
        }

        if (options.Fallback.Client is { } other && NoStandIn(other, layers) is { } problem)
        {
            errors.Add($"{origins["Fallback:Client"].Place("Fallback:Client")} = {OptionText.Quote(other)} {problem}");
        }

        new OptionRules(options, origins, errors).Apply();
        GroupNames.Check(options, origins, provider, errors);
        if (layers.Validate is { } validate)
        {
            Run(checkedOptions => errors.AddRange(validate(checkedOptions)), new Layer(LayerKind.Code, $"a validator of the options of client \"{layers.Client}\""), options, errors);
        }

        return new Composition
        {
            Client = layers.Client,
            Options = options,
            Provider = provider,
            Origins = origins,
            Section = (layers.ClientSection ?? layers.Root?.GetSection(Defaults)) is { } own ? Layer.PathOf(own) : null,
            UndecidedGroups = GroupNames.Undecided(options, origins, provider),
            Errors = [.. errors],
        };
    }

    /// <summary>
    /// What was given in place of a client's section stands above it, as the whole configuration does. Told in one sentence, and never bound: among the unknown keys would
    /// be all environment variables with their values.
    /// </summary>
    private static string? Misplaced(ClientLayers layers)
    {
        if (layers.Section is not { } section)
        {
            return null;
        }

        string path = Layer.PathOf(section);
        string? right = ReferenceEquals(section, layers.Container) || section.GetSection(Section).GetChildren().Any() ? $"{Section}:{Clients}:{layers.Client}"
            : section.GetSection(Clients).GetChildren().Any() ? $"{path}:{Clients}:{layers.Client}"
            : layers.Client.Length > 0 && !OptionSchema.IsSection(layers.Client) && section.GetSection(layers.Client).GetChildren().Any() ? $"{path}:{layers.Client}"
            : null;
        return right is null ? null
            : $"{(path.Length == 0 ? "The whole configuration" : path)} was given to AddResilienceHandlers(\"{layers.Client}\", …) in place of the client's own section; "
                + $"give it GetSection(\"{right}\"), or nothing, which stands for {Section}:{Clients}:{layers.Client}.";
    }

    private static string Empty(IConfiguration section, string client) =>
        $"{Layer.PathOf(section)}, the section given to AddResilienceHandlers(\"{client}\", …), is empty; "
        + "correct its path, or call AddResilienceHandlers() without it.";

    /// <summary>Why a client can't answer in the place of this one. The factory makes one for any name, so a slip of the pen would show only in an outage.</summary>
    private static string? NoStandIn(string other, ClientLayers layers)
    {
        if (other == layers.Client)
        {
            return "is this client itself; name another one.";
        }

        return layers.Clients() is not { } clients || clients.Contains(other, StringComparer.Ordinal)
            ? null
            : $"is no client of this app; {(Spelling.Closest(other, clients) is { } close ? $"did you mean \"{close}\"?" : $"add AddHttpClient(\"{other}\", …).")}";
    }

    private static string UnknownProvider(string name, ClientLayers layers)
    {
        string cure = Spelling.Closest(name, layers.ProviderNames) is { } close ? $"did you mean \"{close}\"? Known are" : "known are";
        return $"{OptionText.Quote(name)} is no provider; {cure} {string.Join(", ", layers.ProviderNames)}.";
    }

    /// <summary>What the strongest configuration layer says about an option.</summary>
    private static string? Named(ClientLayers layers, string option) =>
        NullIfEmpty(layers.ClientSection?[option]) ?? NullIfEmpty(layers.Root?.GetSection(Defaults)[option]);

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;

    private static void ApplyProvider(Provider? provider, ResilienceHandlersOptions options, Origins origins, List<string> errors)
    {
        if (provider is null)
        {
            return;
        }

        var layer = new Layer(LayerKind.Provider, $"provider \"{provider.Name}\"");
        ResilienceHandlersOptions before = OptionSchema.Clone(options);
        Run(provider.ApplyDefaults, layer, options, errors);

        // A profile can't choose itself.
        options.Provider = null;
        options.Workload = Workload.Standard;
        Record(before, layer, options, origins, errors);
    }

    private static void ApplySection(IConfiguration? section, LayerKind kind, ResilienceHandlersOptions options, Origins origins, List<string> errors)
    {
        if (section is not null)
        {
            OptionsBinder.Bind(section, Layer.Of(kind, section), options, origins, errors);
        }
    }

    private static void ApplyWorkload(Workload workload, ResilienceHandlersOptions options, Origins origins)
    {
        var layer = new Layer(LayerKind.Workload, $"workload {workload}");
        foreach ((string path, string value) in WorkloadPresets.Of(workload))
        {
            OptionSchema.TryFind(path, out Option? option);
            _ = option!.TrySet(options, value);
            origins[path] = layer;
        }
    }

    private static void ApplyCode(
        ImmutableArray<Action<ResilienceHandlersOptions>> code, Layer layer, ResilienceHandlersOptions options, Origins origins, List<string> errors)
    {
        ResilienceHandlersOptions before = OptionSchema.Clone(options);
        foreach (Action<ResilienceHandlersOptions> action in code)
        {
            Run(action, layer, options, errors);
        }

        foreach (string group in options.Pacing.Groups.Where(group => group.Value is null).Select(group => group.Key).ToArray())
        {
            errors.Add($"{layer.Place($"{OptionSchema.Groups}:{group}")} is null; set the group to a new PacingGroupOptions, or remove it.");
            options.Pacing.Groups.Remove(group);
        }

        Record(before, layer, options, origins, errors);
    }

    private static void Run(Action<ResilienceHandlersOptions> action, Layer layer, ResilienceHandlersOptions options, List<string> errors)
    {
        try
        {
            action(options);
        }
        catch (Exception exception)
        {
            errors.Add($"{layer.Where} threw {exception.GetType().Name}: {exception.Message}");
        }
    }

    /// <summary>Code says nothing about what it set: what it changed is compared, and checked as configuration is.</summary>
    private static void Record(ResilienceHandlersOptions before, Layer layer, ResilienceHandlersOptions options, Origins origins, List<string> errors)
    {
        foreach (Option option in OptionSchema.Differences(before, options))
        {
            origins[option.Path] = layer;
            if (option.Check(options) is { } problem)
            {
                errors.Add($"{layer.Place(option.Path)} = {OptionText.Quote(option.Format(options))} {OptionText.Sentence(problem)}");
            }
        }
    }
}
