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
    public static CallOwner Of(Call call, ClientPolicy policy, CredentialDigests digests)
    {
        if ((call.Options?.Account ?? policy.Options.Account) is { } named)
        {
            return new CallOwner($"account {named}", IsNamed: true);
        }

        string? credential = null;
        foreach ((string name, HeaderStringValues value) in call.Original.Headers)
        {
            if (Credentials.IsCredential(name))
            {
                string digest = digests.Of(name, value.ToString());
                credential = credential is null ? digest : CredentialDigests.Combine(credential, digest);
            }
        }

        return new CallOwner(credential is null ? $"client {call.Client.Name}" : $"credential {credential}", IsNamed: false);
    }

    /// <summary>
    /// Rule 10: without an account named, a credential that appeared only below makes the answer nobody's. The message that was sent shows it: handlers below add
    /// to the same message, or to a copy that the answer names.
    /// </summary>
    public bool Owns(ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> original, HttpRequestMessage sent)
    {
        if (IsNamed)
        {
            return true;
        }

        foreach ((string name, HeaderStringValues lines) in sent.Headers.NonValidated)
        {
            if (Credentials.IsCredential(name) && !Credentials.WasThere(original, name, lines))
            {
                return false;
            }
        }

        return true;
    }
}
