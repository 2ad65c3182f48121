using Microsoft.Extensions.Configuration;

namespace Handlers;

/// <summary>One layer of options, and how messages call it.</summary>
/// <param name="Kind">Its rank.</param>
/// <param name="Where">The configuration path, or a description of the code.</param>
internal sealed record Layer(LayerKind Kind, string Where)
{
    public static readonly Layer Generic = new(LayerKind.Generic, "the generic defaults");

    /// <summary>Whether the user speaks for this one client here, so that what has no effect must be a mistake.</summary>
    public bool IsForOneClient => Kind is LayerKind.Client or LayerKind.Code;

    public static Layer Of(LayerKind kind, IConfiguration section) => new(kind, PathOf(section));

    public static string PathOf(IConfiguration section) => section is IConfigurationSection { Path: var path } ? path : "";

    /// <summary>The full name of an option in this layer.</summary>
    public string Place(string option) => Kind switch
    {
        LayerKind.Defaults or LayerKind.Client => Where.Length == 0 ? option : $"{Where}:{option}",
        _ => $"{Where}: {option}",
    };
}
