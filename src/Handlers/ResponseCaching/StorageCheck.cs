using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>Whether an answer may be stored: by the rules for its fields, by whose it is, and by whether its body will show where it ends.</summary>
internal sealed class StorageCheck(ClientState client, ResponseCache cache)
{
    /// <summary>How long the body should be; -1 when that is not known.</summary>
    public static long Declared(in ResponseHead head) => DeltaSeconds.TryParse(head.ContentLength, out long length) ? length : -1;

    /// <summary>What its own fields say, then what is known here about where it came from and how it comes.</summary>
    public Storability Judge(Call call, CacheVisit visit, HttpResponseMessage response, in ResponseHead head, Freshness freshness)
    {
        Storability storability = StoragePolicy.Decide(head, freshness);
        if (storability != Storability.Store)
        {
            return storability;
        }

        // An error in place of a good answer that is only a bit old would be no progress.
        if (head.Status >= 500 && visit.Revalidation is not null)
        {
            return Storability.Status;
        }

        if (call.Judgement is { Kind: VerdictKind.RateLimited or VerdictKind.QuotaExhausted })
        {
            return Storability.Status;
        }

        HttpRequestMessage sent = response.RequestMessage ?? call.Request;
        bool isAsAsked = call.Original.HasFieldsOf(sent);
        if (!isAsAsked && AddedBelow(call, visit, response) is { } added)
        {
            cache.SayAccountUnknown(client.Logger, added);
            return Storability.AccountUnknown;
        }

        // Where a redirect was followed below, what it said about its own lifetime is not known here.
        if (!ReferenceEquals(sent.RequestUri, call.Original.Uri) && sent.RequestUri != call.Original.Uri)
        {
            return Storability.Redirected;
        }

        visit.IsChosenBelow = !isAsAsked && IsChosenBelow(call, visit, response, head);
        if (visit.IsChosenBelow && !Validators.IsUsable(head.ETag))
        {
            return Storability.ChosenBelow;
        }

        return visit.Key.IsHead || MayCopy(call, visit, response, head) ? Storability.Store : Storability.Body;
    }

    /// <summary>
    /// A handler below set a field that the server chooses by, so nobody up here can tell for whom the answer is good. The server can: by its tag, each time. An account
    /// that is named covers its credentials, and content codings are undone by whoever asked for them.
    /// </summary>
    public bool IsChosenBelow(Call call, CacheVisit visit, HttpResponseMessage response, in ResponseHead head)
    {
        if (head.Vary.IsEmpty)
        {
            return false;
        }

        HttpHeadersNonValidated sent = (response.RequestMessage ?? call.Request).Headers.NonValidated;
        foreach (string name in cache.Texts.NamesIn(head.Vary))
        {
            FieldLines below = sent.TryGetValues(name, out HeaderStringValues lines) ? new FieldLines(lines) : default;
            if (name != "accept-encoding" && !(visit.Key.IsNamed && RequestFields.IsSecret(name))
                && !SelectingFields.AreSame(name, below, FieldLines.Of(name, call.Original.Headers), cache.Digests))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Rule 10: a field that appeared only below, and that may say whose the answer is. An account that the client names covers its credentials, but not the tenants
    /// among whom a handler chooses; one that the call names covers all.
    /// </summary>
    public string? AddedBelow(Call call, CacheVisit visit, HttpResponseMessage response)
    {
        FieldMeaning wanted = !visit.Key.IsNamed ? FieldMeaning.Credential | FieldMeaning.Signature | FieldMeaning.Party
            : call.Options?.Account is null ? FieldMeaning.Party
            : FieldMeaning.None;
        return wanted == FieldMeaning.None
            ? null
            : RequestFields.AddedTo(call.Original.Headers, response.RequestMessage ?? call.Request, wanted, cache.PolicyOf(call));
    }

    private static bool MayCopy(Call call, CacheVisit visit, HttpResponseMessage response, in ResponseHead head) =>
        Declared(head) <= visit.Options.MaxEntryBytes
        && !Delivery.IsStream(MediaTypes.Bare(head.ContentType), call.Policy)
        && !EndsWithConnection(response, head);

    /// <summary>A body that only the end of the connection ends can't be told from a broken one (RFC 9112 §8).</summary>
    private static bool EndsWithConnection(HttpResponseMessage response, in ResponseHead head) =>
        head.ContentLength is null && response.Version.Major <= 1 && (response.Version.Minor == 0 || HasClose(head.Connection))
        && !head.HasTransferEncoding;

    private static bool HasClose(FieldLines connection)
    {
        for (int i = 0; i < connection.Count; i++)
        {
            if (connection[i].Contains("close", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
