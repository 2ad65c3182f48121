using System.Net.Http.Headers;

namespace Handlers.RateLimit;

/// <summary>Reads the beginning of an error body to judge it and puts it back: the caller gets the same bytes and the same headers.</summary>
internal static class ErrorPeek
{
    /// <summary>More is never read: no provider says why in the second half of a megabyte.</summary>
    public const int Bound = 64 * 1024;

    /// <summary>Whether an answer's body is read, and how far.</summary>
    public static PeekKind KindOf(Call call)
    {
        // Where not even JSON would be needed, nobody has to look for the media type.
        int status = (int)call.Response!.StatusCode;
        if (!call.Provider!.NeedsBody(status, MediaTypes.Json, call.Plan))
        {
            return PeekKind.None;
        }

        // A stream is never held up, whatever an app's own provider would like to read.
        string? type = MediaTypes.NameOf(call.Response.Content);
        return Delivery.IsStream(type, call.Policy) ? PeekKind.None
            : call.Provider.NeedsBody(status, type, call.Plan) ? PeekKind.Body
            : type is null or MediaTypes.Text ? PeekKind.IfJson
            : PeekKind.None;
    }

    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Call call)
    {
        HttpContent content = call.Response!.Content;
        bool maybe = KindOf(call) == PeekKind.IfJson;
        Stream stream = await content.ReadAsStreamAsync(call.Token).ConfigureAwait(false);
        byte[] buffer = new byte[SizeFor(content)];
        int read = 0;
        bool whole = false;
        CancellationToken token = call.BodySource?.Token ?? call.Token;
        CancellationTokenRegistration link = call.BodySource is { } source
            ? call.Token.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), source)
            : default;
        try
        {
            while (!whole && read < Bound)
            {
                if (read == buffer.Length)
                {
                    Array.Resize(ref buffer, Math.Min(Bound, buffer.Length * 2));
                }

                int count = await stream.ReadAsync(buffer.AsMemory(read), token).ConfigureAwait(false);
                read += count;
                whole = count == 0;

                // Said to be text, or nothing: gateways and stubs send an API's JSON so. What does not begin like it is left alone.
                if (maybe && !whole)
                {
                    if (!BeginsLikeJson(buffer.AsSpan(0, read)))
                    {
                        _ = PutBack(call, content, buffer.AsMemory(0, read), whole, stream);
                        return default;
                    }

                    maybe = false;
                }
            }
        }
        catch (Exception failure) when (!call.Token.IsCancellationRequested)
        {
            // The body broke or was too slow: an error's status alone has to do, and the caller meets the same failure when it reads on. A success that its body may
            // take back is none without it.
            if (call.Response.IsSuccessStatusCode)
            {
                throw Lost(call, failure);
            }
        }
        finally
        {
            await link.DisposeAsync().ConfigureAwait(false);
        }

        return PutBack(call, content, buffer.AsMemory(0, read), whole, stream);
    }

    private static bool BeginsLikeJson(ReadOnlySpan<byte> bytes) => bytes.TrimStart(" \t\r\n\uFEFF"u8) is [(byte)'{' or (byte)'[', ..];

    private static int SizeFor(HttpContent content) =>
        content.Headers.ContentLength is { } length and > 0 and < Bound ? (int)length + 1 : 4096;

    private static Exception Lost(Call call, Exception failure) => failure switch
    {
        OperationCanceledException => Refusals.TimedOut(call, call.Client.Clock.Now >= call.DeadlineAt ? TimeoutCause.Total : TimeoutCause.Peek),
        IOException => new HttpRequestException(HttpRequestError.ResponseEnded, failure.Message, failure),
        _ => failure,
    };

    private static ReadOnlyMemory<byte> PutBack(Call call, HttpContent content, ReadOnlyMemory<byte> start, bool whole, Stream rest)
    {
        call.Response!.Content = new BufferedBody(content, start, whole ? null : rest);
        return start;
    }
}
