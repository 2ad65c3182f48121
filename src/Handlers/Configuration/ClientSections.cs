using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>What stands directly under <c>ResilienceHandlers</c>: <c>Defaults</c>, and <c>Clients</c> with sections that a client uses.</summary>
internal static class ClientSections
{
    private static readonly string[] Sections = [OptionsComposer.Defaults, OptionsComposer.Clients];

    // The last one is read by the package that remembers in a file.
    private static readonly string[] Known = [OptionsComposer.Defaults, OptionsComposer.Clients, "Sqlite"];

    /// <summary>All mistakes; none when all is well.</summary>
    /// <param name="root">The section <c>ResilienceHandlers</c>.</param>
    /// <param name="clients">All clients; null when any name may turn up, since defaults add the handlers to every client.</param>
    /// <param name="beside">What the section stands in, to find a slip in its own name; null to look no further.</param>
    public static ImmutableArray<string> Check(IConfiguration root, IReadOnlyList<ClientLayers>? clients, IConfiguration? beside = null)
    {
        string[] names = [.. (clients ?? []).Select(client => client.Client)];
        IEnumerable<string> misspelt = (beside?.GetChildren() ?? []).Select(Misspelt).OfType<string>();
        if (root is IConfigurationSection { Value: { Length: > 0 } on })
        {
            misspelt = misspelt.Append($"{Layer.PathOf(root)} = {OptionText.QuoteUnknown("", on)} is a section, not a value; put {OptionsComposer.Defaults} or {OptionsComposer.Clients} below it.");
        }

        IEnumerable<string> unknown = root.GetChildren()
            .Where(child => !Known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => Unknown(child, names));
        IEnumerable<string> misused = root.GetSection(OptionsComposer.Clients) is { Value: { Length: > 0 } value, Path: var path }
            ? [$"{path} = {OptionText.QuoteUnknown("", value)} is a section, not a value; put the clients' names below it."]
            : [];
        IEnumerable<string> unused = clients is null
            ? []
            : root.GetSection(OptionsComposer.Clients).GetChildren()
                .Where(child => !clients.Any(client => IsUsedBy(child, client)))
                .Select(child => Unused(child, clients, names));
        return [.. misspelt, .. unknown, .. misused, .. unused];
    }

    /// <summary>Logs mistakes that edits bring, each once. Dispose to stop.</summary>
    public static IDisposable Watch(
        IConfiguration root, IReadOnlyList<ClientLayers>? clients, RejectedEdits rejected, ILogger logger, Action<string>? told = null, IConfiguration? beside = null)
    {
        var holder = new object();
        return new ReloadWatch([root], () =>
        {
            ImmutableArray<string> unheard = rejected.Replace(holder, Check(root, clients, beside));
            if (!unheard.IsEmpty)
            {
                string mistakes = string.Join(' ', unheard);
                ConfigurationLog.EditRejected(logger, mistakes);
                told?.Invoke(mistakes);
            }
        });
    }

    // A client's name, or a section's path, may go on below the child: a colon in a name is a step down in configuration.
    private static bool IsUsedBy(IConfigurationSection child, ClientLayers client) =>
        client.ClientSection is { } section && $"{Layer.PathOf(section)}:".StartsWith($"{child.Path}:", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Limits that nobody reads are no limits. Only what can hardly be another's is a mistake here: our sections under nearly our name, or under our name with the single
    /// underscores that an environment variable must not have.
    /// </summary>
    private static string? Misspelt(IConfigurationSection child)
    {
        string key = child.Key;
        if (key.Equals(OptionsComposer.Section, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        string? below = key.StartsWith(OptionsComposer.Section, StringComparison.OrdinalIgnoreCase) ? key[OptionsComposer.Section.Length..] : null;
        if (below is ['_' or '.' or '-', ..] && Array.Exists(Sections, section => below.AsSpan(1).StartsWith(section, StringComparison.OrdinalIgnoreCase)))
        {
            return $"{key} is read by nobody: a colon stands between the parts of a key, and in an environment variable two underscores ({OptionsComposer.Section}__{OptionsComposer.Clients}__…).";
        }

        return Spelling.AreNear(key, OptionsComposer.Section) && Array.Exists(Sections, section => child.GetSection(section).GetChildren().Any())
            ? $"{key} is read by nobody; did you mean \"{OptionsComposer.Section}\"?"
            : null;
    }

    private static string Unknown(IConfigurationSection child, string[] names)
    {
        string value = child.Value is { } text ? $" = {OptionText.QuoteUnknown(child.Key, text)}" : "";
        string? meant = names.Contains(child.Key, StringComparer.OrdinalIgnoreCase)
            ? $"{OptionsComposer.Clients}:{child.Key}"
            : Spelling.Closest(child.Key, Known);
        return meant is null
            ? $"{child.Path}{value} is unknown; use {OptionsComposer.Defaults} for all clients, or {OptionsComposer.Clients}:{{name}} for one."
            : $"{child.Path}{value} is unknown; did you mean \"{meant}\"?";
    }

    private static string Unused(IConfigurationSection child, IReadOnlyList<ClientLayers> clients, string[] names)
    {
        if (OptionsBinder.IsListIndex(child.Key))
        {
            return $"{child.Path} is an entry of a list; {OptionsComposer.Clients} is a map: give each client's section the client's name as its key.";
        }

        if (clients.FirstOrDefault(client => client.Client.Equals(child.Key, StringComparison.OrdinalIgnoreCase)) is { Section: { } other })
        {
            string given = Layer.PathOf(other) is { Length: > 0 } path ? $"the section {OptionText.Quote(path)}" : "another configuration";
            return $"{child.Path} is used by nobody: AddResilienceHandlers(\"{child.Key}\", …) was given {given} instead; keep one of them.";
        }

        string cure = Spelling.Closest(child.Key, names) is { } close
            ? $"did you mean \"{close}\"?"
            : names.Length == 0 ? "no client has the resilience handlers." : $"the clients are {string.Join(", ", names)}.";
        return $"{child.Path} is used by no client: there is no AddHttpClient(\"{child.Key}\").AddResilienceHandlers(); {cure}";
    }
}
