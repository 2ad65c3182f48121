namespace Handlers.Tests.Providers;

internal static class KnownProviders
{
    private static readonly ProviderTable Table = new([]);

    /// <summary>All that come with the suite: a new one is tested from the moment it stands in the table.</summary>
    public static readonly Provider[] All = [.. Table.Names.Select(name => Table.Named(name)!)];
}
