using System.Net.Http.Headers;

namespace Handlers.Providers;

/// <summary>
/// The body of an SDK that brings a content type of its own, such as <c>System.ClientModel</c>'s: it is in memory all the same, but can't be looked at. Where it is
/// short JSON of known length it is copied once, so that its model is known and it can be sent again.
/// </summary>
internal sealed class CopiedBody : ByteArrayContent
{
    private readonly HttpContent _original;

    private CopiedBody(HttpContent original, byte[] bytes)
        : base(bytes)
    {
        _original = original;
        foreach (KeyValuePair<string, HeaderStringValues> header in original.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
    }

    /// <summary>The body to go on with: a copy, or the content itself where its type is known or a copy is not to be had.</summary>
    public static HttpContent Of(HttpContent content)
    {
        // Those of .NET are looked at as they are, or are streams that may be readable only once; what derives from them has its reasons.
        if (content is ByteArrayContent or ReadOnlyMemoryContent or System.Net.Http.Json.JsonContent or StreamContent or MultipartContent
            || !RequestBody.IsJson(content))
        {
            return content;
        }

        try
        {
            if (RequestBody.LengthOf(content) is not { } length || length is 0 or > RequestBody.MaxBytes)
            {
                return content;
            }

            // A content that can only be written asynchronously refuses here, before it has written anything.
            byte[] bytes = new byte[length];
            using MemoryStream copy = new(bytes);
            content.CopyTo(copy, context: null, CancellationToken.None);
            return copy.Position == length ? new CopiedBody(content, bytes) : content;
        }
        catch (Exception)
        {
            // Disposed content, a value that does not serialize, a wrong length: sending it will say so.
            return content;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _original.Dispose();
        }

        base.Dispose(disposing);
    }
}
