using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>What a request says to a cache, read in one pass over the fields as the caller made them.</summary>
internal ref struct RequestHead
{
    private const FieldMeaning Owning = FieldMeaning.Credential | FieldMeaning.Signature;

    public RequestDirectives Directives;
    public FieldLines IfNoneMatch;
    public string? IfModifiedSince;
    public string? Range;
    public string? IfRange;

    /// <summary>If-Match or If-Unmodified-Since: only the origin may judge them (RFC 9111 §4.3.2). Or Upgrade: a connection is asked for, and each has his own.</summary>
    public bool IsForOrigin;

    /// <summary>A digest of what says on whose behalf the request is sent; null when nothing does.</summary>
    public string? Credential;

    /// <summary>A digest of what chooses the answer although no Vary names it: the fields of tenants, and those that the user has named; null without any.</summary>
    public string? Unnamed;

    /// <summary>The request asks for a part, or only for a newer answer.</summary>
    public readonly bool IsConditional => !IfNoneMatch.IsEmpty || IfModifiedSince is not null;

    public readonly bool IsPlain => !IsConditional && Range is null && !IsForOrigin;

    /// <param name="request">The fields as the caller made them.</param>
    /// <param name="mode">What the call says besides.</param>
    /// <param name="policy">Says which fields choose, whatever they are called.</param>
    /// <param name="digests">Makes digests of credentials.</param>
    /// <param name="keyField">The field with the idempotency key: whatever its name, it says on nobody's behalf.</param>
    public static RequestHead Read(
        ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, CacheMode? mode, ClientPolicy policy, CredentialDigests digests, string? keyField = null)
    {
        var head = new RequestHead { Directives = RequestDirectives.None };
        foreach (KeyValuePair<string, HeaderStringValues> field in request)
        {
            FieldMeaning meaning = RequestFields.Of(field.Key, policy);
            if (meaning == FieldMeaning.Neutral)
            {
                head.Note(field.Key, field.Value);
            }
            else if ((meaning & (Owning | FieldMeaning.Party)) != 0 && !field.Key.Equals(keyField, StringComparison.OrdinalIgnoreCase))
            {
                ref string? digest = ref (meaning & Owning) != 0 ? ref head.Credential : ref head.Unnamed;

                // Mostly there is one, and nothing to put in order.
                digest = digest is null
                    ? digests.Of(field.Key, field.Value.ToString())
                    : RequestFields.DigestOf(request, (meaning & Owning) != 0 ? Owning : FieldMeaning.Party, policy, digests, keyField);
            }
        }

        if (mode is not null)
        {
            head.Directives = head.Directives.With(mode);
        }

        return head;
    }

    private void Note(string name, HeaderStringValues value)
    {
        switch (name.Length)
        {
            case 5 when Is(name, "Range"):
                Range = value.ToString();
                break;
            case 7 when Is(name, "Upgrade"):
                IsForOrigin = true;
                break;
            case 8 when Is(name, "If-Range"):
                IfRange = value.ToString();
                break;
            case 8 when Is(name, "If-Match"):
            case 19 when Is(name, "If-Unmodified-Since"):
                IsForOrigin = true;
                break;
            case 13 when Is(name, "Cache-Control"):
                Directives = RequestDirectives.Parse(new FieldLines(value));
                break;
            case 13 when Is(name, "If-None-Match"):
                IfNoneMatch = new FieldLines(value);
                break;
            case 17 when Is(name, "If-Modified-Since"):
                IfModifiedSince = value.ToString();
                break;
        }
    }

    private static bool Is(string name, string expected) => name.Equals(expected, StringComparison.OrdinalIgnoreCase);
}
