using System.Collections;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Handlers.Providers;

/// <summary>Looks at a request body that is in memory anyway. A stream is never touched: it may be readable only once.</summary>
internal static class RequestBody
{
    /// <summary>A longer body is not looked at: no limit is worth more than a quarter of a megabyte of reading per call.</summary>
    public const int MaxBytes = 256 * 1024;

    /// <summary>The bytes that will be sent; false when they can't be seen, or are too many.</summary>
    public static bool TryPeek(HttpContent? content, out ReadOnlyMemory<byte> body)
    {
        body = default;

        // Exactly these types: a class derived from them may count, report or encrypt what it writes.
        Type? type = content?.GetType();
        bool isArray = type == typeof(StringContent) || type == typeof(ByteArrayContent) || type == typeof(FormUrlEncodedContent)
            || type == typeof(CopiedBody);
        bool isValue = content is JsonContent json && !IsLazy(json);
        if (!isArray && !isValue && type != typeof(ReadOnlyMemoryContent))
        {
            return false;
        }

        try
        {
            // They all write synchronously and keep no position; the array-backed ones hand over their own array in one piece.
            using PeekStream peek = new(isArray, MaxBytes);
            content!.CopyTo(peek, context: null, CancellationToken.None);
            return peek.TryGet(out body);
        }
        catch (Exception)
        {
            // Disposed content, a value that does not serialize: sending it will say so.
            return false;
        }
    }

    /// <summary>
    /// The value comes into being while it is written: an iterator, a LINQ query, an asynchronous sequence. To write it twice would do its work twice, and may give
    /// nothing the second time.
    /// </summary>
    public static bool IsLazy(JsonContent content) => content.Value is IEnumerator or IAsyncDisposable;

    /// <summary>How many bytes will be sent, when that is known without reading.</summary>
    public static long? LengthOf(HttpContent? content) => content?.Headers.ContentLength;

    public static bool IsJson(HttpContent? content) =>
        content is not null
        && content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues lines)
        && lines.ToString().Contains("json", StringComparison.OrdinalIgnoreCase);
}
