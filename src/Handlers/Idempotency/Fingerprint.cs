using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;

namespace Handlers.Idempotency;

/// <summary>
/// A digest of what a request asks for: method, address, media type and body. A body that can be read only once, is larger than a megabyte or has a boundary made
/// up for each message counts with its length alone.
/// </summary>
internal static class Fingerprint
{
    public const long MaxBytes = 1024 * 1024;

    public static string Of(in RequestSnapshot request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Digest.Append(hash, request.Method.Method);
        Digest.Append(hash, Target(request.Uri!));
        HttpContent? content = request.Content;
        Digest.Append(hash, content is null ? null : MediaTypeOf(content));
        Digest.AppendLength(hash, content is null ? 0 : content.Headers.ContentLength ?? -1);
        if (content is not null && IsSeen(content))
        {
            using var body = new HashStream(hash);
            content.CopyTo(body, context: null, CancellationToken.None);
        }

        return Digest.End(hash);
    }

    /// <summary>The address without its fragment, which is not sent.</summary>
    public static string Target(Uri uri)
    {
        string text = uri.AbsoluteUri;
        int fragment = text.IndexOf('#', StringComparison.Ordinal);
        return fragment < 0 ? text : text[..fragment];
    }

    private static bool IsSeen(HttpContent content) =>
        content is ByteArrayContent or ReadOnlyMemoryContent or JsonContent or StreamContent
        && BodyReplay.Repeats(content) && content.Headers.ContentLength is not > MaxBytes;

    private static string MediaTypeOf(HttpContent content)
    {
        string type = content.Headers.NonValidated.TryGetValues("Content-Type", out HeaderStringValues lines) ? lines.ToString() : "";
        return content is MultipartContent ? MediaTypes.Bare(type).ToString() : type;
    }

    private sealed class HashStream(IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException("A digest has no length.");

        public override long Position
        {
            get => throw new NotSupportedException("A digest can't be positioned.");
            set => throw new NotSupportedException("A digest can't be positioned.");
        }

        public override void Write(ReadOnlySpan<byte> buffer) => hash.AppendData(buffer);

        public override void Write(byte[] buffer, int offset, int count) => hash.AppendData(buffer, offset, count);

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("A digest can't be read.");

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException("A digest can't be positioned.");

        public override void SetLength(long value) => throw new NotSupportedException("A digest has no length.");
    }
}
