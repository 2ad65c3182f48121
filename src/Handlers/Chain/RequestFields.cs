using System.Collections.Frozen;
using System.Net.Http.Headers;

namespace Handlers;

/// <summary>
/// What the fields of requests mean to whoever stores or shares answers, by their names (<c>docs/decisions/whose-answer-it-is.md</c>).
/// </summary>
internal static class RequestFields
{
    // A power of two. A program uses few names, and mostly the very same strings.
    private const int Slots = 64;

    // RFC 9110, 9111, 9218; W3C Trace Context and Baggage; what tracing and cloud SDKs add to each request.
    private static readonly FrozenSet<string> Neutral = FrozenSet.ToFrozenSet(
    [
        "Accept", "Accept-Charset", "Accept-Encoding", "Accept-Language", "Cache-Control", "Connection", "Date", "DNT", "Expect", "If-Match", "If-Modified-Since",
        "If-None-Match", "If-Range", "If-Unmodified-Since", "Keep-Alive", "Max-Forwards", "Origin", "Pragma", "Priority", "Proxy-Connection", "Range", "Referer",
        "Sec-GPC", "TE", "Trailer", "Transfer-Encoding", "Upgrade", "Upgrade-Insecure-Requests", "User-Agent", "Via", "X-Amz-User-Agent", "X-Goog-Api-Client",
        "b3", "baggage", "Correlation-Context", "newrelic", "Request-Context", "Request-Id", "tracestate", "X-Correlation-Id", "X-Request-Id", "X-Retry-Count",
    ],
    StringComparer.OrdinalIgnoreCase);

    private static readonly string[] NeutralBeginnings = ["x-b3-", "x-datadog-", "x-stainless-", "amz-sdk-"];
    private static readonly string[] NeutralParts = ["trace", "request-id", "requestid", "correlation-id", "correlationid"];
    private static readonly string[] GuardParts = ["csrf", "xsrf", "requestverificationtoken", "wp-nonce"];

    // Host, Stripe-Account, OpenAI-Organization, X-Scope-OrgID, Xero-tenant-id, Impersonate-User, Sudo, X-Goog-User-Project, X-Vault-Namespace and their like.
    private static readonly string[] PartyParts =
    [
        "account", "behalf", "caller", "client-id", "clientid", "company", "customer", "email", "identity", "impersonat", "member", "merchant", "namespace", "organi",
        "org-id", "orgid", "principal", "project", "shop", "stripe-context", "subject", "sudo", "team", "tenant", "user", "workspace",
    ];

    private static readonly StringComparer ByName = StringComparer.OrdinalIgnoreCase;

    private static readonly Known?[] Latest = new Known?[Slots];

    public static FieldMeaning Of(string name)
    {
        ref Known? slot = ref Latest[(name.Length + (name.Length == 0 ? 0 : 7 * name[^1])) & (Slots - 1)];
        Known? known = Volatile.Read(ref slot);
        if (known is null || known.Name != name)
        {
            known = new Known(name, Find(name));
            Volatile.Write(ref slot, known);
        }

        return known.Meaning;
    }

    /// <summary>The same, where the user has named fields that choose.</summary>
    public static FieldMeaning Of(string name, ClientPolicy policy) => policy.IsKeyHeader(name) ? FieldMeaning.Party : Of(name);

    /// <summary>It is not to be kept, nor to be shown to anybody but the upstream that it was meant for.</summary>
    public static bool IsSecret(string name) => (Of(name) & (FieldMeaning.Credential | FieldMeaning.Signature | FieldMeaning.Guard)) != 0;

    /// <summary>One digest for all fields with these meanings, in the order of their names: which of them was set first means nothing. Null when there is none.</summary>
    /// <param name="request">The request's fields.</param>
    /// <param name="wanted">The meanings.</param>
    /// <param name="policy">Says which fields choose, whatever they are called.</param>
    /// <param name="digests">Makes the digests.</param>
    /// <param name="except">A field that doesn't count.</param>
    public static string? DigestOf(
        ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, FieldMeaning wanted, ClientPolicy policy, CredentialDigests digests, string? except = null)
    {
        string? all = null;
        string last = "";
        while (Next(request, wanted, policy, except, last) is { Key: not null } field)
        {
            string digest = digests.Of(field.Key, field.Value.ToString());
            all = all is null ? digest : digests.Combine(all, digest);
            last = field.Key;
        }

        return all;
    }

    /// <summary>The name of a field with one of these meanings that a request was sent with, and did not have before; null when there is none.</summary>
    /// <param name="original">The request's fields before.</param>
    /// <param name="sent">The request that was sent.</param>
    /// <param name="wanted">The meanings.</param>
    /// <param name="policy">Says which fields choose, whatever they are called.</param>
    /// <param name="except">A field that doesn't count.</param>
    public static string? AddedTo(
        ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> original, HttpRequestMessage sent, FieldMeaning wanted, ClientPolicy policy, string? except = null)
    {
        foreach ((string name, HeaderStringValues lines) in sent.Headers.NonValidated)
        {
            if ((Of(name, policy) & wanted) != 0 && !WasThere(original, name, lines) && !ByName.Equals(name, except))
            {
                return name;
            }
        }

        return null;
    }

    private static bool WasThere(ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> original, string field, HeaderStringValues lines)
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

    private static KeyValuePair<string, HeaderStringValues> Next(
        ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, FieldMeaning wanted, ClientPolicy policy, string? except, string last)
    {
        KeyValuePair<string, HeaderStringValues> next = default;
        foreach (KeyValuePair<string, HeaderStringValues> field in request)
        {
            if ((Of(field.Key, policy) & wanted) != 0 && ByName.Compare(field.Key, last) > 0 && (next.Key is null || ByName.Compare(field.Key, next.Key) < 0)
                && !ByName.Equals(field.Key, except))
            {
                next = field;
            }
        }

        return next;
    }

    private static FieldMeaning Find(string name) =>
        Neutral.Contains(name) || EndsWith(name, "Idempotency-Key") ? FieldMeaning.Neutral
        : ContainsAny(name, GuardParts) ? FieldMeaning.Guard
        : IsSignature(name) ? FieldMeaning.Signature
        : IsCredential(name) ? FieldMeaning.Credential
        : Array.Exists(NeutralBeginnings, start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase)) || ContainsAny(name, NeutralParts) ? FieldMeaning.Neutral
        : ContainsAny(name, PartyParts) || EndsWith(name, "-org") || name.ToUpperInvariant() is "FROM" or "HOST" ? FieldMeaning.Party
        : FieldMeaning.Unknown;

    private static bool IsSignature(string name) =>
        EndsWith(name, "signature") || EndsWith(name, "signature-input") || name.Equals("DPoP", StringComparison.OrdinalIgnoreCase);

    /// <summary>The fields in which APIs take their keys and tokens, by the ends of their names.</summary>
    private static bool IsCredential(string name) => name.Length >= 4 && (name[^1] | ' ') switch
    {
        'n' => EndsWith(name, "token") || EndsWith(name, "authorization") || EndsWith(name, "session") || EndsWith(name, "assertion"),
        'y' => EndsWith(name, "key"),
        'e' => EndsWith(name, "cookie") || EndsWith(name, "passphrase"),
        'h' => EndsWith(name, "auth"),
        't' => EndsWith(name, "secret") || EndsWith(name, "jwt"),
        'd' => EndsWith(name, "password") || EndsWith(name, "session-id"),
        's' => EndsWith(name, "credentials"),
        _ => false,
    };

    private static bool EndsWith(string name, string end) => name.EndsWith(end, StringComparison.OrdinalIgnoreCase);

    private static bool ContainsAny(string name, string[] parts) => Array.Exists(parts, part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    private sealed record Known(string Name, FieldMeaning Meaning);
}
