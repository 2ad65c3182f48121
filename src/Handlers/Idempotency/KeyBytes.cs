using System.Buffers.Text;
using System.Security.Cryptography;

namespace Handlers.Idempotency;

/// <summary>Keys of our own, as UUIDs, which every API takes. Random bytes are fetched a thousand at a time: one system call a key would cost eight times as much.</summary>
internal static class KeyBytes
{
    private const int Size = 16;
    private const int Buffered = 64 * Size;

    [ThreadStatic]
    private static byte[]? _buffer;

    [ThreadStatic]
    private static int _used;

    public static Guid Next()
    {
        byte[]? buffer = _buffer;
        if (buffer is null || _used == Buffered)
        {
            _buffer = buffer ??= new byte[Buffered];
            RandomNumberGenerator.Fill(buffer);
            _used = 0;
        }

        Span<byte> bytes = buffer.AsSpan(_used, Size);
        _used += Size;
        Guid key = AsUuid(bytes);

        // Whoever comes to read this memory finds no key.
        bytes.Clear();
        return key;
    }

    /// <summary>The id that stands for a key: itself when it is one, else made of it, the same in every process.</summary>
    public static Guid IdOf(string key, CallOwner owner)
    {
        if (Guid.TryParseExact(key, "D", out Guid id))
        {
            return id;
        }

        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Base64Url.DecodeFromChars(Digest.Of("id", owner.Text, key), digest);
        return AsUuid(digest[..Size]);
    }

    // RFC 9562 §5.4: version 4, variant 10.
    private static Guid AsUuid(Span<byte> bytes)
    {
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Guid(bytes, bigEndian: true);
    }
}
