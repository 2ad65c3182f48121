using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers;

/// <summary>Whether each of a client's pacing groups means some calls: by its <c>Match</c>, or because it is named after a quota of the provider.</summary>
internal static class GroupNames
{
    /// <summary>Reports those of one client that don't; in the defaults a group may wait for the clients that it concerns.</summary>
    /// <param name="options">The client's options.</param>
    /// <param name="origins">Who set them.</param>
    /// <param name="provider">The client's provider; null where the host of each request decides, and any name may mean something.</param>
    /// <param name="errors">Where to say it.</param>
    public static void Check(ResilienceHandlersOptions options, Origins origins, Provider? provider, List<string> errors)
    {
        foreach ((string name, PacingGroupOptions group) in options.Pacing.Groups)
        {
            if (OriginOf(name, origins) is not { } layer)
            {
                continue;
            }

            if (name == QuotaKey.AllResources)
            {
                errors.Add($"{layer.Place(PathOf(name))} would be a group of all calls; for these there are Pacing:Limits, Pacing:MinInterval and Pacing:MaxConcurrency.");
            }
            else if (provider is not null && group.Match is null && Objection(name, provider) is { } why)
            {
                errors.Add($"{layer.Place(PathOf(name))} means no call: {why}");
            }
        }
    }

    /// <summary>Those of one client that only a provider's quota can give a meaning, where none is known yet: the name, and where it was said.</summary>
    public static ImmutableArray<(string Name, string Place)> Undecided(ResilienceHandlersOptions options, Origins origins, Provider? provider) =>
        provider is not null ? [] :
        [
            .. from @group in options.Pacing.Groups
               where @group.Value.Match is null
               let layer = OriginOf(@group.Key, origins)
               where layer is not null
               select (@group.Key, layer.Place(PathOf(@group.Key))),
        ];

    /// <summary>Why a group that is named after a quota of the provider means no call; null when it means some, or may.</summary>
    public static string? Objection(string name, Provider provider) =>
        provider.Resources is { } known && !known.Any(resource => Covers(resource, name)) ? Why(name, provider) : null;

    private static Layer? OriginOf(string group, Origins origins) =>
        OptionSchema.KeysOf(PathOf(group)).Select(key => origins[$"{PathOf(group)}:{key}"]).FirstOrDefault(layer => layer.IsForOneClient);

    private static string PathOf(string group) => $"{OptionSchema.Groups}:{group}";

    private static bool Covers(string resource, string name) => resource.StartsWith('*')
        ? !name.Contains('*', StringComparison.Ordinal) && name.EndsWith(resource[1..], StringComparison.OrdinalIgnoreCase)
        : resource.Equals(name, StringComparison.OrdinalIgnoreCase);

    private static string Why(string name, Provider provider)
    {
        int slash = name.Contains('*', StringComparison.Ordinal) ? -1 : name.LastIndexOf('/');
        string[] known = [.. provider.Resources!.Select(resource => resource.StartsWith('*') ? (slash < 0 ? "{name}" : name[..slash]) + resource[1..] : resource)];
        string cure = Spelling.Closest(name, known) is { } close ? $"did you mean {OptionText.Quote(close)}?" : $"its quotas are {string.Join(", ", known)}.";
        return $"provider {provider.Name} has no quota of that name, {cure} For other calls say with Match which.";
    }
}
