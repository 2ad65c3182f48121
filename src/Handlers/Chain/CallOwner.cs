using System.Net.Http.Headers;

namespace Handlers;

/// <summary>
/// Whose a call is, for everything that is stored or shared: the account that the application named, else a digest of the credentials on the request, else
/// nobody's, and then only this client's.
/// </summary>
/// <param name="Text">The account or the digest; never a secret.</param>
/// <param name="IsNamed">The application named the account.</param>
internal readonly record struct CallOwner(string Text, bool IsNamed)
{
    /// <param name="call">The call.</param>
    /// <param name="policy">Its options.</param>
    /// <param name="digests">Makes digests of credentials.</param>
    /// <param name="keyField">The field with the idempotency key: whatever its name, it says on nobody's behalf.</param>
    public static CallOwner Of(Call call, ClientPolicy policy, CredentialDigests digests, string keyField)
    {
        ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request = call.Original.Headers;
        string? named = call.Options?.Account ?? policy.Options.Account;

        // Not by signatures, which are other ones each time: a key has to be known again.
        string whose = named is not null ? $"account {named}"
            : RequestFields.DigestOf(request, FieldMeaning.Credential, policy, digests, keyField) is { } credential ? $"credential {credential}"
            : $"client {call.Client.Name}";
        return RequestFields.DigestOf(request, FieldMeaning.Party, policy, digests, keyField) is { } party
            ? new CallOwner($"{whose} for {party}", named is not null)
            : new CallOwner(whose, named is not null);
    }

    /// <summary>
    /// Rule 10: without an account named, a credential that appeared only below makes the answer nobody's. The message that was sent shows it: handlers below add
    /// to the same message, or to a copy that the answer names.
    /// </summary>
    public bool Owns(ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> original, HttpRequestMessage sent, ClientPolicy policy, string keyField) =>
        IsNamed || RequestFields.AddedTo(original, sent, FieldMeaning.Credential | FieldMeaning.Signature, policy, keyField) is null;
}
