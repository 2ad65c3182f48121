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
    private const int Lengths = (1 << 3) | (1 << 4) | (1 << 7) | (1 << 10) | (1 << 12) | (1 << 13) | (1 << 14) | (1 << 17);

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
    public string? ContentType;
    public FieldLines Connection;
    public bool HasTransferEncoding;

    /// <summary>
    /// Reads what came, and keeps the fields as they are now: who stands above may add to them, or rewrite them, before the body has ended. In place, because to
    /// return a struct of so many references costs as much as to fill it.
    /// </summary>
    public void Read(HttpResponseMessage response, out ReceivedFields fields)
    {
        Status = (int)response.StatusCode;
        Directives = ResponseDirectives.None;
        HttpHeadersNonValidated headers = response.Headers.NonValidated;
        StoredField[] kept = ArrayPool<StoredField>.Shared.Rent(headers.Count);
        int count = 0;
        foreach (KeyValuePair<string, HeaderStringValues> field in headers)
        {
            var lines = new FieldLines(field.Value);
            kept[count++] = new StoredField(field.Key, lines);
            Note(field.Key, lines);
        }

        fields = new ReceivedFields(kept, count);
        NoteAll(response.Content.Headers);
    }

    /// <summary>The same from what was kept of an answer.</summary>
    public static ResponseHead Read(int status, ReadOnlySpan<StoredField> fields, HttpContentHeaders contentHeaders)
    {
        var head = new ResponseHead { Status = status, Directives = ResponseDirectives.None };
        head.NoteAll(fields);
        head.NoteAll(contentHeaders);
        return head;
    }

    public void NoteAll(ReadOnlySpan<StoredField> fields)
    {
        foreach (StoredField field in fields)
        {
            Note(field.Name, field.Lines);
        }
    }

    private void NoteAll(HttpContentHeaders headers)
    {
        foreach (KeyValuePair<string, HeaderStringValues> field in headers.NonValidated)
        {
            Note(field.Key, new FieldLines(field.Value));
        }
    }

    private void Note(string name, FieldLines lines)
    {
        if (IsNoted(name) && KindOf(name) is var kind and not Kind.Other)
        {
            Note(kind, lines);
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
            case Kind.ContentType:
                ContentType = value.First;
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
            case Kind.TransferEncoding:
                HasTransferEncoding = true;
                break;
        }
    }

    // Almost every field leaves here, by its length alone.
    private static bool IsNoted(string name) => name.Length < 18 && ((Lengths >> name.Length) & 1) != 0;

    // Names that the runtime knows come in its spelling, however they were spelt on the wire, and these it knows all.
    private static Kind KindOf(string name) => name switch
    {
        "Age" => Kind.Age,
        "Date" => Kind.Date,
        "ETag" => Kind.ETag,
        "Vary" => Kind.Vary,
        "Expires" => Kind.Expires,
        "Connection" => Kind.Connection,
        "Content-Type" => Kind.ContentType,
        "Cache-Control" => Kind.CacheControl,
        "Last-Modified" => Kind.LastModified,
        "Content-Range" => Kind.ContentRange,
        "Content-Length" => Kind.ContentLength,
        "Transfer-Encoding" => Kind.TransferEncoding,
        _ => Kind.Other,
    };

    private enum Kind : byte
    {
        Other,
        Age,
        Date,
        ETag,
        Vary,
        Expires,
        Connection,
        ContentType,
        CacheControl,
        LastModified,
        ContentRange,
        ContentLength,
        TransferEncoding,
    }
}
