using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Handlers;

/// <summary>256 bits over texts, as 43 characters of base64url. Each part goes in with its length, so that no two lists of parts run together to the same.</summary>
internal static class Digest
{
    private const int MissingPart = -1;

    public static string Of(params ReadOnlySpan<string?> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string? part in parts)
        {
            Append(hash, part);
        }

        return End(hash);
    }

    public static void Append(IncrementalHash hash, string? part)
    {
        byte[] bytes = part is null ? [] : Encoding.UTF8.GetBytes(part);
        AppendLength(hash, part is null ? MissingPart : bytes.Length);
        hash.AppendData(bytes);
    }

    public static void AppendLength(IncrementalHash hash, long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }

    public static string End(IncrementalHash hash)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return Base64Url.EncodeToString(digest);
    }
}
