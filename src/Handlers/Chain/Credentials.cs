using System.Net.Http.Headers;

namespace Handlers;

/// <summary>Which request fields say on whose behalf a request is sent.</summary>
internal static class Credentials
{
    private static readonly string[] CredentialParameters =
        ["access_token", "api_key", "api-key", "apikey", "api_token", "auth_token", "client_secret", "subscription-key", "x-api-key"];

    /// <summary>Whether a request that had <paramref name="original"/> carried this very credential already.</summary>
    public static bool WasThere(ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> original, string field, HeaderStringValues lines)
    {
        foreach ((string name, HeaderStringValues before) in original)
        {
            if (name.Equals(field, StringComparison.OrdinalIgnoreCase))
            {
                return before.ToString() == lines.ToString();
            }
        }

        return false;
    }

    /// <summary>
    /// Authorization, cookies, and the fields in which APIs take their keys, tokens and signatures, by the ends of their names: one field too many costs a hit, one
    /// too few would show one user's data to another.
    /// </summary>
    public static bool IsCredential(string field) => field.Length >= 4 && (field[^1] | ' ') switch
    {
        'n' => EndsWith(field, "token") || EndsWith(field, "authorization") || EndsWith(field, "session"),
        'y' => EndsWith(field, "key") && !EndsWith(field, "Idempotency-Key"),
        'e' => EndsWith(field, "cookie") || EndsWith(field, "signature"),
        'h' => EndsWith(field, "auth"),
        't' => EndsWith(field, "secret") || EndsWith(field, "jwt"),
        'd' => EndsWith(field, "password") || EndsWith(field, "session-id"),
        's' => EndsWith(field, "credentials"),
        _ => false,
    };

    /// <summary>Path and query of an address without the parameters in which APIs take their keys and tokens.</summary>
    public static string Without(Uri uri)
    {
        string query = uri.Query;
        if (query.Length == 0)
        {
            return uri.AbsolutePath;
        }

        string[] parameters = query[1..].Split('&');
        string[] kept = Array.FindAll(parameters, static parameter => !IsCredentialParameter(parameter));
        return kept.Length == parameters.Length ? uri.PathAndQuery
            : kept.Length == 0 ? uri.AbsolutePath
            : $"{uri.AbsolutePath}?{string.Join('&', kept)}";
    }

    // Only what can mean nothing else: to leave one out changes the question. "key" is many things, but what begins like this is a key of Google's.
    private static bool IsCredentialParameter(string parameter)
    {
        int end = parameter.IndexOf('=', StringComparison.Ordinal);
        ReadOnlySpan<char> name = end < 0 ? parameter : parameter.AsSpan(0, end);
        return name.Equals("key", StringComparison.OrdinalIgnoreCase)
            ? parameter.AsSpan(end + 1).StartsWith("AIza", StringComparison.Ordinal)
            : CredentialParameters.Contains(name.ToString(), StringComparer.OrdinalIgnoreCase);
    }

    private static bool EndsWith(string field, string end) => field.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
