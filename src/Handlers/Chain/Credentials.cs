using System.Net.Http.Headers;

namespace Handlers;

/// <summary>Which request fields say on whose behalf a request is sent.</summary>
internal static class Credentials
{
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

    private static bool EndsWith(string field, string end) => field.EndsWith(end, StringComparison.OrdinalIgnoreCase);
}
