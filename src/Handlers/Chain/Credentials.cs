using System.Net.Http.Headers;

namespace Handlers;

/// <summary>Which request fields say on whose behalf a request is sent.</summary>
internal static class Credentials
{
    private static readonly string[] Suffixes = ["api-key", "apikey", "auth-token", "access-token", "subscription-key", "functions-key"];

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

    /// <summary>Authorization, cookies, and the fields in which APIs take their keys.</summary>
    public static bool IsCredential(string field)
    {
        if (field.Length < 6)
        {
            return false;
        }

        switch (field[0])
        {
            case 'A' or 'a' when field.Equals("Authorization", StringComparison.OrdinalIgnoreCase):
            case 'C' or 'c' when field.Equals("Cookie", StringComparison.OrdinalIgnoreCase):
            case 'P' or 'p' when field.Equals("Proxy-Authorization", StringComparison.OrdinalIgnoreCase):
                return true;
        }

        foreach (string suffix in Suffixes)
        {
            if (field.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
