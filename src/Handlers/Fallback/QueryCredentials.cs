using System.Collections.Frozen;

namespace Handlers.Fallback;

/// <summary>
/// Keys and tokens among the parameters of a query. Another upstream must not see them; but to leave out what is none changes the question, so there is a third kind:
/// what can't be told, and then nobody else is asked.
/// </summary>
internal static class QueryCredentials
{
    // What is shorter is no key that anybody gives out: key=7, token=next.
    private const int ShortestSecret = 16;
    private const int ShortestKnown = 8;

    // They can mean nothing else. OAuth (RFC 6749, 6750, 5849), signed addresses of AWS, Google and Azure, and what APIs call their keys.
    private static readonly FrozenSet<string> Names = FrozenSet.ToFrozenSet(
    [
        "access_key", "access_token", "accesskey", "accesstoken", "api-key", "api_key", "api_secret", "api_token", "apikey", "apisecret", "apitoken", "app_key", "appkey",
        "application_key", "auth_key", "auth_token", "authkey", "authtoken", "authorization", "AWSAccessKeyId", "bearer_token", "client_assertion", "client_secret",
        "consumer_key", "consumer_secret", "hapikey", "id_token", "job_token", "jwt", "oauth_consumer_key", "oauth_signature", "oauth_token", "password", "personal_access_token",
        "private_token", "refresh_token", "session_token", "subscription-key", "user_key", "x-amz-credential", "x-amz-security-token", "x-amz-signature", "x-api-key",
        "x-goog-credential", "x-goog-signature",
    ],
    StringComparer.OrdinalIgnoreCase);

    // How Google, OpenAI and Anthropic, Stripe, GitHub, GitLab, Slack, AWS, Linear, Shopify and Hugging Face begin theirs.
    private static readonly string[] Beginnings =
    [
        "AIza", "ya29.", "sk-", "sk_", "rk_", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "xapp-", "AKIA", "ASIA", "lin_api_", "lin_oauth_",
        "shpat_", "hf_",
    ];

    private static readonly string[] DoubtfulEnds = ["token", "key", "secret", "signature", "sig", "auth", "code", "session", "sid", "jwt", "pass", "pwd", "passwd", "credential", "credentials"];

    // page_token, nextToken, sort_key, partitionKey: they say which part is wanted.
    private static readonly string[] PlaceParts =
        ["page", "next", "prev", "continu", "cursor", "sync", "start", "skip", "after", "before", "delta", "resume", "sort", "order", "group", "partition", "row", "column", "primary", "foreign"];

    /// <summary>Path and query without the parameters that are credentials.</summary>
    public static string Without(Uri uri)
    {
        string query = uri.Query;
        if (query.Length == 0)
        {
            return uri.AbsolutePath;
        }

        string[] parameters = query[1..].Split('&');
        string[] kept = Array.FindAll(parameters, static parameter => !IsCredential(parameter));
        return kept.Length == parameters.Length ? uri.PathAndQuery
            : kept.Length == 0 ? uri.AbsolutePath
            : $"{uri.AbsolutePath}?{string.Join('&', kept)}";
    }

    /// <summary>The name of a parameter that may be a credential or not; null when there is none.</summary>
    public static string? Doubtful(Uri uri)
    {
        foreach (string parameter in uri.Query.TrimStart('?').Split('&'))
        {
            (string name, string value) = Parse(parameter);
            if (value.Length >= ShortestSecret && !IsCredential(parameter) && EndsInDoubt(name))
            {
                return name;
            }
        }

        return null;
    }

    private static bool IsCredential(string parameter)
    {
        (string name, string value) = Parse(parameter);
        return Names.Contains(name) || (value.Length >= ShortestKnown && !IsPlace(name)
            && (IsJwt(value) || Array.Exists(Beginnings, start => value.StartsWith(start, StringComparison.Ordinal))));
    }

    private static bool EndsInDoubt(string name) =>
        Array.Exists(DoubtfulEnds, end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
        && !IsPlace(name);

    private static bool IsPlace(string name) => Array.Exists(PlaceParts, part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    // A JSON object in base64, and two more parts.
    private static bool IsJwt(string value) => value.StartsWith("eyJ", StringComparison.Ordinal) && value.AsSpan().Count('.') == 2;

    private static (string Name, string Value) Parse(string parameter)
    {
        int equals = parameter.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? (Uri.UnescapeDataString(parameter), "") : (Uri.UnescapeDataString(parameter[..equals]), parameter[(equals + 1)..]);
    }
}
