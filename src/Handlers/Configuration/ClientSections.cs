using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Handlers;

/// <summary>What stands directly under <c>ResilienceHandlers</c>: <c>Defaults</c>, and <c>Clients</c> with sections that a client uses.</summary>
internal static class ClientSections
{
    // The last one is read by the package that remembers in a file.
    private static readonly string[] Known = [OptionsComposer.Defaults, OptionsComposer.Clients, "Sqlite"];

    /// <summary>All mistakes; none when all is well.</summary>
    /// <param name="root">The section <c>ResilienceHandlers</c>.</param>
    /// <param name="clients">All clients; null when any name may turn up, since defaults add the handlers to every client.</param>
    public static ImmutableArray<string> Check(IConfiguration root, IReadOnlyList<ClientLayers>? clients)
    {
        string[] names = [.. (clients ?? []).Select(client => client.Client)];
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
        return [.. unknown, .. misused, .. unused];
    }

    /// <summary>Logs mistakes that edits bring, each once. Dispose to stop.</summary>
    public static IDisposable Watch(IConfiguration root, IReadOnlyList<ClientLayers>? clients, RejectedEdits rejected, ILogger logger, Action<string>? told = null)
    {
        var holder = new object();
        return new ReloadWatch([root], () =>
        {
            ImmutableArray<string> unheard = rejected.Replace(holder, Check(root, clients));
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
