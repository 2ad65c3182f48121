using System.Buffers;
using System.Net.Http.Headers;
using Handlers.Wire;

namespace Handlers.ResponseCaching;

/// <summary>
/// The fields of a response that decide about storing and reuse, read raw in one pass: reading them the typed way would rewrite what the caller sees.
/// Of a field that comes more than once although it must not, the first counts.
/// </summary>
internal struct ResponseHead
{
    public int Status;
    public ResponseDirectives Directives;
    public FieldLines Vary;
    public FieldLines Expires;
    public string? Age;
    public string? Date;
    public string? ETag;
    public string? LastModified;
    public string? ContentRange;
    public string? ContentLength;
    public FieldLines Connection;

    /// <summary>Reads what came, and keeps the fields as they are now: the caller may rewrite them before the body has ended.</summary>
    public static ResponseHead Read(HttpResponseMessage response, out ReceivedFields fields)
    {
        var head = new ResponseHead { Status = (int)response.StatusCode, Directives = ResponseDirectives.None };
        HttpHeadersNonValidated headers = response.Headers.NonValidated;
        KeyValuePair<string, HeaderStringValues>[] kept = ArrayPool<KeyValuePair<string, HeaderStringValues>>.Shared.Rent(headers.Count);
        int count = 0;
        foreach (KeyValuePair<string, HeaderStringValues> field in headers)
        {
            kept[count++] = field;
            head.Note(field.Key, field.Value);
        }

        fields = new ReceivedFields(kept, count);
        head.NoteAll(response.Content.Headers);
        return head;
    }

    /// <summary>The same from what was kept of an answer.</summary>
    public static ResponseHead Read(int status, ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> fields, HttpContentHeaders contentHeaders)
    {
        var head = new ResponseHead { Status = status, Directives = ResponseDirectives.None };
        foreach (KeyValuePair<string, HeaderStringValues> field in fields)
        {
            head.Note(field.Key, field.Value);
        }

        head.NoteAll(contentHeaders);
        return head;
    }

    public void NoteAll(StoredField[] fields)
    {
        foreach (StoredField field in fields)
        {
            if (KindOf(field.Name) is var kind and not Kind.Other)
            {
                Note(kind, field.Lines);
            }
        }
    }

    private void NoteAll(HttpContentHeaders headers)
    {
        foreach (KeyValuePair<string, HeaderStringValues> field in headers.NonValidated)
        {
            Note(field.Key, field.Value);
        }
    }

    private void Note(string name, HeaderStringValues value)
    {
        if (KindOf(name) is var kind and not Kind.Other)
        {
            Note(kind, new FieldLines(value));
        }
    }

    private void Note(Kind kind, FieldLines value)
    {
        switch (kind)
        {
            case Kind.Age:
                Age = value.First;
                break;
            case Kind.Date:
                Date = value.First;
                break;
            case Kind.ETag:
                ETag = value.First;
                break;
            case Kind.Vary:
                Vary = value;
                break;
            case Kind.Expires:
                Expires = value;
                break;
            case Kind.Connection:
                Connection = value;
                break;
            case Kind.CacheControl:
                Directives = ResponseDirectives.Parse(value);
                break;
            case Kind.LastModified:
                LastModified = value.First;
                break;
            case Kind.ContentRange:
                ContentRange = value.First;
                break;
            case Kind.ContentLength:
                ContentLength = value.First;
                break;
        }
    }

    // Almost every field leaves here, by its length alone.
    private static Kind KindOf(string name) => name.Length switch
    {
        3 when Is(name, "Age") => Kind.Age,
        4 when Is(name, "Date") => Kind.Date,
        4 when Is(name, "ETag") => Kind.ETag,
        4 when Is(name, "Vary") => Kind.Vary,
        7 when Is(name, "Expires") => Kind.Expires,
        10 when Is(name, "Connection") => Kind.Connection,
        13 when Is(name, "Cache-Control") => Kind.CacheControl,
        13 when Is(name, "Last-Modified") => Kind.LastModified,
        13 when Is(name, "Content-Range") => Kind.ContentRange,
        14 when Is(name, "Content-Length") => Kind.ContentLength,
        _ => Kind.Other,
    };

    private static bool Is(string name, string expected) => HeaderLines.Is(name, expected);

    private enum Kind : byte
    {
        Other,
        Age,
        Date,
        ETag,
        Vary,
        Expires,
        Connection,
        CacheControl,
        LastModified,
        ContentRange,
        ContentLength,
    }
}
