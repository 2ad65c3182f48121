namespace Handlers;

/// <summary>What the account in a key is, and which method's answers the key is for.</summary>
[Flags]
internal enum ResponseKeyKind : byte
{
    /// <summary>GET, nobody's in particular.</summary>
    None = 0,

    /// <summary>The account was named by the application.</summary>
    NamedAccount = 1,

    /// <summary>The account is a digest of the credentials on the request.</summary>
    Credential = 2,

    /// <summary>Answers to HEAD, which have no body; those to GET serve HEAD too.</summary>
    Head = 4,
}
