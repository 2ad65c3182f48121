using System.Collections.Immutable;
using Microsoft.Extensions.Configuration;

namespace Handlers;

/// <summary>All that one client's options are composed from.</summary>
internal sealed record ClientLayers
{
    /// <summary>The client's name.</summary>
    public required string Client { get; init; }

    /// <summary>The container's whole configuration; null where there is none.</summary>
    public IConfiguration? Container { get; init; }

    /// <summary>The section <c>ResilienceHandlers</c>; null where there is no configuration.</summary>
    public IConfiguration? Root { get; init; }

    /// <summary>What the user passed in place of <c>Clients:{name}</c>.</summary>
    public IConfiguration? Section { get; init; }

    /// <summary>The user's code, in the order of registration. Composing again runs it again.</summary>
    public ImmutableArray<Action<ResilienceHandlersOptions>> Code { get; init; } = [];

    /// <summary>What messages call the code.</summary>
    public string CodeName
    {
        get => field ?? $"AddResilienceHandlers(\"{Client}\", …) code";
        init;
    }

    /// <summary>What the framework's options pattern says about this client, after <see cref="Code"/>; null where nobody uses it.</summary>
    public Action<ResilienceHandlersOptions>? Configured { get; init; }

    /// <summary>What the app's own validators find wrong with the options.</summary>
    public Func<ResilienceHandlersOptions, IEnumerable<string>>? Validate { get; init; }

    /// <summary>Finds a provider by name, ignoring case.</summary>
    public required Func<string, Provider?> FindProvider { get; init; }

    /// <summary>The names to offer when one is unknown.</summary>
    public ImmutableArray<string> ProviderNames { get; init; } = [];

    /// <summary>The names of the container's clients; null where any name may turn up, or there is no container.</summary>
    public Func<IReadOnlyList<string>?> Clients { get; init; } = static () => null;

    /// <summary>Sections that nobody uses: one of them may be this client's under a wrong name.</summary>
    public Func<ImmutableArray<string>> Strays { get; init; } = static () => [];

    /// <summary>The client's own section: the one that was passed, else <c>Clients:{name}</c>.</summary>
    public IConfiguration? ClientSection =>
        Section ?? (Root is not null && Client.Length > 0 ? Root.GetSection($"{OptionsComposer.Clients}:{Client}") : null);
}
