namespace Handlers.Wire;

/// <summary>What a GraphQL request asks for.</summary>
internal enum GraphQLOperationKind : byte
{
    /// <summary>It can't be told: malformed, a batch, a persisted query, or several operations with none selected. Not safe to repeat.</summary>
    Unknown,
    Query,
    Mutation,
    Subscription,
}
