using System.Security.Cryptography;
using System.Text;

namespace Handlers;

/// <summary>
/// Stands in for secrets wherever something is stored: the same secret gives the same digest, in every process. The latest ones are remembered, because a client
/// mostly sends the same token again and hashing costs more than everything else about a look-up.
/// </summary>
internal sealed class CredentialDigests
{
    // A power of two.
    private const int Slots = 8;
    private const int DigestBytes = 16;

    private readonly Entry?[] _latest = new Entry?[Slots];
    private readonly Pair?[] _pairs = new Pair?[Slots];

    public string Of(string name, string secret)
    {
        ref Entry? slot = ref _latest[(name.Length + (name.Length == 0 ? 0 : name[^1])) & (Slots - 1)];
        Entry? known = Volatile.Read(ref slot);
        if (known is null || known.Secret != secret || !known.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        {
            known = new Entry(name, secret, Hash($"{name.ToLowerInvariant()}:{secret}"));
            Volatile.Write(ref slot, known);
        }

        return known.Digest;
    }

    /// <summary>One digest for two.</summary>
    public string Combine(string a, string b)
    {
        ref Pair? slot = ref _pairs[(a[0] + b[0]) & (Slots - 1)];
        Pair? known = Volatile.Read(ref slot);
        if (known is null || known.First != a || known.Second != b)
        {
            known = new Pair(a, b, Hash($"{a}+{b}"));
            Volatile.Write(ref slot, known);
        }

        return known.Digest;
    }

    private static string Hash(string text)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), digest);
        return Convert.ToHexStringLower(digest[..DigestBytes]);
    }

    private sealed record Entry(string Name, string Secret, string Digest);

    private sealed record Pair(string First, string Second, string Digest);
}
