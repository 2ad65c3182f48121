namespace Handlers;

/// <summary>What a request field says about whose the answer will be. Each field has one meaning; as flags they say which are looked for.</summary>
[Flags]
internal enum FieldMeaning : byte
{
    None = 0,

    /// <summary>Nothing: it negotiates, steers caches and connections, or follows a request on its way.</summary>
    Neutral = 1,

    /// <summary>Nothing, but it is a secret: it goes with a session's writes to keep others from forging them.</summary>
    Guard = 2,

    /// <summary>Nobody has told us what it means: the server's <c>Vary</c> does, or the user.</summary>
    Unknown = 4,

    /// <summary>A tenant, an organisation, a user: one credential may reach the data of several. Or another host at the same address.</summary>
    Party = 8,

    /// <summary>Proves that this very request comes from whom it says: another one each time.</summary>
    Signature = 16,

    /// <summary>A key, a token, a cookie.</summary>
    Credential = 32,
}
