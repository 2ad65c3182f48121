using System.Collections.Immutable;

namespace Handlers;

/// <summary>One client's options as all layers together make them. Nobody changes them afterwards.</summary>
internal sealed record Composition
{
    public required string Client { get; init; }

    public required ResilienceHandlersOptions Options { get; init; }

    /// <summary>The provider by option or by the client's name; null: by the host of each request.</summary>
    public required Provider? Provider { get; init; }

    public required Origins Origins { get; init; }

    /// <summary>The path of the section in which the client's options can be set; null where there is no configuration.</summary>
    public string? Section { get; init; }

    /// <summary>Pacing groups of which only a request's host will tell whether they mean any call.</summary>
    public ImmutableArray<(string Name, string Place)> UndecidedGroups { get; init; } = [];

    /// <summary>Everything that is wrong, one message each; with any, <see cref="Options"/> must not be used.</summary>
    public required ImmutableArray<string> Errors { get; init; }

    /// <summary>The full name of an option: where it was set for this client, else where it can be.</summary>
    public string PlaceOf(string option) =>
        Origins[option] is { IsForOneClient: true } layer ? layer.Place(option) : string.IsNullOrEmpty(Section) ? option : $"{Section}:{option}";

    /// <summary>Whether a client would behave the same.</summary>
    public bool IsSameAs(Composition other) => ReferenceEquals(Provider, other.Provider) && OptionSchema.AreEqual(Options, other.Options);
}
