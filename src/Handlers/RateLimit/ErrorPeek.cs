using System.Net.Http.Headers;

namespace Handlers.RateLimit;

/// <summary>Reads the beginning of an error body to judge it and puts it back: the caller gets the same bytes and the same headers.</summary>
internal static class ErrorPeek
{
    /// <summary>More is never read: no provider says why in the second half of a megabyte.</summary>
    public const int Bound = 64 * 1024;

    public const string Json = "application/json";

    /// <summary>The media type without parameters in lower case, or null.</summary>
    public static string? MediaType(HttpResponseMessage response)
    {
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues values))
        {
            return null;
        }

        string raw = values.ToString();
        ReadOnlySpan<char> type = MediaTypes.Bare(raw);
        return type switch
        {
            Json => Json,
            "text/event-stream" => "text/event-stream",
            _ => type.Length == raw.Length && !type.ContainsAnyInRange('A', 'Z') ? raw : type.ToString().ToLowerInvariant(),
        };
    }

    public static async ValueTask<ReadOnlyMemory<byte>> ReadAsync(Call call)
    {
        HttpContent content = call.Response!.Content;
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

    /// <summary>The synchronous twin: it blocks on the transport's asynchronous reads, because only those can be cut off.</summary>
    public static ReadOnlyMemory<byte> Read(Call call) => ReadAsync(call).AsTask().GetAwaiter().GetResult();

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
