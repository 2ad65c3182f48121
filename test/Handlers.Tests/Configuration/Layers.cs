using Microsoft.Extensions.Configuration;

namespace Handlers.Tests.Configuration;

/// <summary>Shorthand for the layers of one client.</summary>
internal static class Layers
{
    public static ClientLayers For(string client, params (string Key, string? Value)[] settings) =>
        For(client, new EditableConfiguration(settings).Section);

    public static ClientLayers For(string client, IConfiguration root) => new()
    {
        Client = client,
        Root = root,
        FindProvider = static _ => null,
    };

    public static ClientLayers With(this ClientLayers layers, params Provider[] providers) => layers with
    {
        FindProvider = name => Array.Find(providers, provider => provider.Name.Equals(name, StringComparison.OrdinalIgnoreCase)),
        ProviderNames = [.. providers.Select(provider => provider.Name)],
    };

    public static ClientLayers With(this ClientLayers layers, params Action<ResilienceHandlersOptions>[] code) => layers with { Code = [.. code] };

    /// <summary>The composed options, which must be without errors.</summary>
    public static ResilienceHandlersOptions Options(this ClientLayers layers)
    {
        Composition composition = OptionsComposer.Compose(layers);
        composition.Errors.ShouldBeEmpty();
        return composition.Options;
    }

    /// <summary>The only error of a composition.</summary>
    public static string Error(this ClientLayers layers) => OptionsComposer.Compose(layers).Errors.ShouldHaveSingleItem();
}
