using Handlers.Wire;

namespace Handlers.Providers;

/// <summary>Operation names of GraphQL calls: their paths are all alike.</summary>
internal static class GraphQLName
{
    public static string Of(string kind, in GraphQLOperation operation) => (operation.Name ?? operation.RootField) is { } name ? $"{kind} {name}" : kind;
}
