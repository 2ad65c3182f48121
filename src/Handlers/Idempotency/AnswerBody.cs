using System.Diagnostics.CodeAnalysis;

namespace Handlers.Idempotency;

/// <summary>Reads the body of an answer that is to be given more than once.</summary>
[SuppressMessage("Performance", "CA1849:Call async methods when in an async method", Justification = "One text for both ways of sending: the blocking calls are the synchronous one's.")]
internal static class AnswerBody
{
    /// <summary>The whole body, so that it can be given again; null for a stream and for what is too large, which stays readable.</summary>
    public static async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(HttpResponseMessage response, ClientPolicy policy, bool mayWait, CancellationToken token)
    {
        long most = policy.Options.Idempotency.MaxResultBytes;
        HttpContent content = response.Content;
        if (Delivery.IsStream(content, policy) || content.Headers.ContentLength > most)
        {
            return null;
        }

        Stream stream = mayWait ? await content.ReadAsStreamAsync(token).ConfigureAwait(false) : content.ReadAsStream(token);
        var body = new MemoryStream((int)Math.Min(content.Headers.ContentLength ?? 4096, most));
        byte[] buffer = new byte[8192];
        while (true)
        {
            int read = mayWait ? await stream.ReadAsync(buffer, token).ConfigureAwait(false) : Read(stream, buffer, token);
            if (read == 0)
            {
                return body.GetBuffer().AsMemory(0, (int)body.Length);
            }

            body.Write(buffer, 0, read);
            if (body.Length > most)
            {
                response.Content = new BufferedBody(content, body.GetBuffer().AsMemory(0, (int)body.Length), stream);
                return null;
            }
        }
    }

    /// <summary>Blocks on an asynchronous read, because only that can be cut off: this caller may leave, too.</summary>
    private static int Read(Stream stream, byte[] buffer, CancellationToken token)
    {
        ValueTask<int> reading = stream.ReadAsync(buffer, token);
        return reading.IsCompletedSuccessfully ? reading.Result : reading.AsTask().GetAwaiter().GetResult();
    }
}
