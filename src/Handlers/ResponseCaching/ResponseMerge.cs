using System.Net.Http.Headers;

namespace Handlers.ResponseCaching;

/// <summary>Makes stored answers out of what came: a new one, or an old one that a 304 (or the answer to a HEAD) confirmed and updated.</summary>
internal static class ResponseMerge
{
    public static StoredResponse New(
        HttpResponseMessage response, in ReceivedFields fields, HttpContentHeaders contentHeaders, in Reception reception,
        ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, ResponseCache cache, ReadOnlyMemory<byte> body, bool heuristics,
        bool isChosenBelow)
    {
        var head = ResponseHead.Read((int)response.StatusCode, fields.Span, contentHeaders);
        return new StoredResponse
        {
            Status = head.Status,
            Reason = response.ReasonPhrase,
            Version = response.Version,
            Headers = cache.Texts.Share(StoredFields.Collect(fields.Span, head, reception.At)),
            ContentHeaders = StoredFields.Collect(contentHeaders, head),
            Trailers = TrailersOf(response),
            Body = body,
            Selecting = SelectingFields.Of(cache.Texts.NamesIn(head.Vary), request, cache.Digests, isChosenBelow),
            Received = reception.At,
            InitialAge = Freshness.InitialAge(head.Age, head.Date, reception.At, reception.Delay),
            Freshness = Freshness.Of(head, reception.At, heuristics),
            Directives = head.Directives,
            ETag = head.ETag,
            LastModified = head.LastModified,
            Date = head.Date,
        }.Measured();
    }

    /// <summary>RFC 9111 §4.3.4. The body stays; age and freshness begin anew, from what the confirmation says.</summary>
    /// <param name="stored">The answer that was confirmed.</param>
    /// <param name="fields">The fields of the confirmation.</param>
    /// <param name="contentHeaders">Those of them that speak of a body.</param>
    /// <param name="head">What they say.</param>
    /// <param name="reception">When it came.</param>
    /// <param name="selecting">The request's values for the Vary of the confirmation, if it has one.</param>
    /// <param name="heuristics">Whether a lifetime may be estimated.</param>
    public static StoredResponse Confirmed(
        StoredResponse stored, in ReceivedFields fields, HttpContentHeaders contentHeaders, in ResponseHead head, in Reception reception,
        SelectingFields? selecting, bool heuristics)
    {
        StoredField[] headers = StoredFields.Update(stored.Headers, StoredFields.Collect(fields.Span, head, reception.At));
        StoredField[] content = StoredFields.Update(stored.ContentHeaders, StoredFields.Collect(contentHeaders, head));
        var merged = new ResponseHead { Status = stored.Status, Directives = ResponseDirectives.None };
        merged.NoteAll(headers);
        merged.NoteAll(content);
        return new StoredResponse
        {
            Status = stored.Status,
            Reason = stored.Reason,
            Version = stored.Version,
            Headers = headers,
            ContentHeaders = content,
            Trailers = stored.Trailers,
            Body = stored.Body,
            Selecting = selecting ?? stored.Selecting,
            Received = reception.At,
            InitialAge = Freshness.InitialAge(head.Age, merged.Date, reception.At, reception.Delay),
            Freshness = Freshness.Of(merged, reception.At, heuristics),
            Directives = merged.Directives,
            ETag = merged.ETag,
            LastModified = merged.LastModified,
            Date = merged.Date,
        }.Measured();
    }

    private static StoredField[] TrailersOf(HttpResponseMessage response)
    {
        HttpHeadersNonValidated trailers = response.TrailingHeaders.NonValidated;
        return trailers.Count == 0 ? [] : [.. trailers.Select(static field => new StoredField(field.Key, new FieldLines(field.Value)))];
    }
}
