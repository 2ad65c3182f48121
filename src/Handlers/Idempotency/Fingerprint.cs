using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;

namespace Handlers.Idempotency;

/// <summary>
/// A digest of what a request asks for: method, address, media type and body, of a message in parts each part without the boundary that was made up for it. A body that
/// can be read only once, or would have to be produced and is larger than a megabyte, counts with its length alone.
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
        if (content is not null)
        {
            using var body = new HashStream(hash);
            Append(body, hash, content);
        }

        return Digest.End(hash);
    }

    /// <summary>Whether two requests with the same digest ask for the same thing: every byte is in it.</summary>
    public static bool IsWhole(HttpContent? content) => content is null || (content is MultipartContent parts ? parts.All(IsWhole) : IsSeen(content));

    /// <summary>The address without its fragment, which is not sent.</summary>
    public static string Target(Uri uri)
    {
        string text = uri.AbsoluteUri;
        int fragment = text.IndexOf('#', StringComparison.Ordinal);
        return fragment < 0 ? text : text[..fragment];
    }

    private static void Append(HashStream body, IncrementalHash hash, HttpContent content)
    {
        if (content is MultipartContent parts)
        {
            foreach (HttpContent part in parts)
            {
                Digest.Append(hash, MediaTypeOf(part));
                Digest.Append(hash, part.Headers.NonValidated.TryGetValues("Content-Disposition", out HeaderStringValues lines) ? lines.ToString() : null);
                Digest.AppendLength(hash, part.Headers.ContentLength ?? -1);
                Append(body, hash, part);
            }
        }
        else if (IsSeen(content))
        {
            content.CopyTo(body, context: null, CancellationToken.None);
        }
    }

    private static bool IsSeen(HttpContent content) => content switch
    {
        ByteArrayContent or ReadOnlyMemoryContent => true,
        JsonContent or StreamContent => BodyReplay.Repeats(content) && content.Headers.ContentLength is not > MaxBytes,
        _ => false,
    };

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
