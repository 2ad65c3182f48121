namespace Handlers.ResponseCaching;

/// <summary>Why an answer is stored, or why not.</summary>
internal enum Storability : byte
{
    /// <summary>It is stored once its body has come to a clean end.</summary>
    Store,

    /// <summary>The server said no-store, or must-understand with a status that we don't.</summary>
    ResponseForbids,

    /// <summary>This status is not stored, or not without explicit freshness.</summary>
    Status,

    /// <summary>It is a part of something.</summary>
    Partial,

    /// <summary>Vary: * never matches a later request.</summary>
    VaryStar,

    /// <summary>Neither a lifetime nor a validator: it could never be used again.</summary>
    NothingToReuse,

    /// <summary>An event stream, or larger than an entry may be.</summary>
    Body,

    /// <summary>Whose data it is can't be told: an inner handler added the credential, and no account is named.</summary>
    AccountUnknown,

    /// <summary>A handler below set a field that the answer was chosen by, and it has no tag by which the server could confirm it.</summary>
    ChosenBelow,

    /// <summary>Somebody else answered in place of the one who was asked.</summary>
    Substitute,

    /// <summary>The request ended up at another URI; for how long it will is not known here.</summary>
    Redirected,
}
