using System.Globalization;
using System.Net;

namespace Handlers.ResponseCaching;

/// <summary>Builds what the caller gets out of a stored answer: the whole, the head of it, a part, or a 304 (RFC 9111 §4, RFC 9110 §15.4.5).</summary>
internal static class CachedAnswer
{
    private static readonly string[] DescribesBody = ["Content-Length", "Content-Type", "Content-Encoding", "Content-Range", "Content-Language", "Content-MD5"];

    public static HttpResponseMessage Make(StoredResponse stored, HttpRequestMessage message, in RequestHead request, bool isHead, TimeSpan age)
    {
        // Conditions and ranges only mean something for what would have been a 200 (RFC 9110 §13.2.1, §14.2).
        bool isOk = stored.Status == (int)HttpStatusCode.OK;
        if (isOk && request.IsConditional && Conditions.AreNotModified(request, stored))
        {
            return NotModified(stored, message, age);
        }

        RangeSlice slice = isOk && !isHead && request.Range is not null && Conditions.RangeStillApplies(request.IfRange, stored)
            ? RangeSlice.Of(request.Range, stored.Body.Length)
            : new RangeSlice(RangeKind.Whole);
        return slice.Kind switch
        {
            RangeKind.Slice => Part(stored, message, age, slice),
            RangeKind.Unsatisfiable => Beyond(stored, message, age, slice),
            _ => Whole(stored, message, age, isHead),
        };
    }

    /// <summary>Whether the caller's Range can only be answered by the server.</summary>
    public static bool IsBeyondUs(in RequestHead request, bool isHead, StoredResponse stored) =>
        !isHead && request.Range is not null && stored.Status == (int)HttpStatusCode.OK && RangeSlice.Of(request.Range, stored.Body.Length).Kind == RangeKind.Several;

    private static HttpResponseMessage Whole(StoredResponse stored, HttpRequestMessage message, TimeSpan age, bool isHead)
    {
        HttpResponseMessage answer = Begin(stored, message, age, (HttpStatusCode)stored.Status, isHead ? new HeadContent() : new ReadOnlyMemoryContent(stored.Body));
        answer.ReasonPhrase = stored.Reason;
        stored.Template.CopyTo(answer.Content.Headers);
        foreach (StoredField field in stored.Trailers)
        {
            field.Lines.AddTo(answer.TrailingHeaders, field.Name);
        }

        return answer;
    }

    private static HttpResponseMessage NotModified(StoredResponse stored, HttpRequestMessage message, TimeSpan age)
    {
        HttpResponseMessage answer = Begin(stored, message, age, HttpStatusCode.NotModified, new ReadOnlyMemoryContent(default));
        AddContentHeaders(stored, answer);
        return answer;
    }

    private static HttpResponseMessage Part(StoredResponse stored, HttpRequestMessage message, TimeSpan age, RangeSlice slice)
    {
        HttpResponseMessage answer = Begin(stored, message, age, HttpStatusCode.PartialContent, new ReadOnlyMemoryContent(stored.Body.Slice(slice.From, slice.Length)));
        foreach (StoredField field in stored.ContentHeaders)
        {
            if (!field.Is("Content-Length") && !field.Is("Content-Range"))
            {
                field.Lines.AddTo(answer.Content.Headers, field.Name);
            }
        }

        answer.Content.Headers.TryAddWithoutValidation("Content-Range", slice.ContentRange(stored.Body.Length));
        answer.Content.Headers.TryAddWithoutValidation("Content-Length", slice.Length.ToString(CultureInfo.InvariantCulture));
        return answer;
    }

    private static HttpResponseMessage Beyond(StoredResponse stored, HttpRequestMessage message, TimeSpan age, RangeSlice slice)
    {
        HttpResponseMessage answer = Begin(stored, message, age, HttpStatusCode.RequestedRangeNotSatisfiable, new ReadOnlyMemoryContent(default));
        answer.Content.Headers.TryAddWithoutValidation("Content-Range", slice.ContentRange(stored.Body.Length));
        return answer;
    }

    private static HttpResponseMessage Begin(StoredResponse stored, HttpRequestMessage message, TimeSpan age, HttpStatusCode status, HttpContent content)
    {
        var answer = new HttpResponseMessage(status)
        {
            RequestMessage = message,
            Version = stored.Version,
            Content = content,
        };
        stored.Template.CopyTo(answer.Headers);
        answer.Headers.TryAddWithoutValidation("Age", ((long)age.TotalSeconds).ToString(CultureInfo.InvariantCulture));
        return answer;
    }

    private static void AddContentHeaders(StoredResponse stored, HttpResponseMessage answer)
    {
        foreach (StoredField field in stored.ContentHeaders)
        {
            if (!Array.Exists(DescribesBody, field.Is))
            {
                field.Lines.AddTo(answer.Content.Headers, field.Name);
            }
        }
    }
}
