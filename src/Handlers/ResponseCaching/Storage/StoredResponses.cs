using System.Collections.Immutable;
using System.Net.Http.Headers;
using Handlers.ResponseCaching;

namespace Handlers;

/// <summary>
/// What the cache keeps under one key: the answers of one URI, one for each set of request headers that the server chooses by (<c>Vary</c>). Immutable and opaque;
/// a store holds the object itself, or its bytes.
/// </summary>
public sealed class StoredResponses
{
    /// <summary>What the list and a store's entry for it cost.</summary>
    private const int Overhead = 200;

    internal StoredResponses(ImmutableArray<StoredResponse> variants)
    {
        Variants = variants;
        Size = Overhead;
        foreach (StoredResponse variant in variants)
        {
            Size += variant.Size;
        }
    }

    /// <summary>About how many bytes of memory this takes: bodies, headers, and the objects around them.</summary>
    public long Size { get; }

    /// <summary>The latest first.</summary>
    internal ImmutableArray<StoredResponse> Variants { get; }

    /// <summary>These answers in a form that outlives the process: versioned and with a checksum. Secrets in it are digests.</summary>
    public byte[] ToBytes() => StoredResponseFormat.Write(Variants);

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <returns>Null when they are damaged, or of a version that this one does not know: to be treated as if nothing was stored.</returns>
    public static StoredResponses? FromBytes(ReadOnlySpan<byte> bytes) =>
        StoredResponseFormat.TryRead(bytes, out ImmutableArray<StoredResponse> variants) ? new StoredResponses(variants) : null;

    /// <summary>The answer for a request, the most recent one if several would do (RFC 9111 §4.1); null when all are for other headers.</summary>
    internal StoredResponse? Find(ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request, CredentialDigests digests)
    {
        foreach (StoredResponse variant in Variants)
        {
            if (variant.Selecting.Match(request, digests))
            {
                return variant;
            }
        }

        return null;
    }

    /// <summary>A new answer takes the place of what would have been used for the same request, and of the oldest when there are too many.</summary>
    internal static StoredResponses With(
        StoredResponses? others,
        StoredResponse latest,
        ReadOnlySpan<KeyValuePair<string, HeaderStringValues>> request,
        CredentialDigests digests,
        int most)
    {
        if (others is null || latest.Selecting.Count == 0)
        {
            return new StoredResponses([latest]);
        }

        ImmutableArray<StoredResponse>.Builder kept = ImmutableArray.CreateBuilder<StoredResponse>();
        kept.Add(latest);
        foreach (StoredResponse other in others.Variants)
        {
            if (kept.Count < most && !other.Selecting.Match(request, digests))
            {
                kept.Add(other);
            }
        }

        return new StoredResponses(kept.ToImmutable());
    }

    /// <summary>Without an answer that a request would get; null when none is left, and itself when that one is not there.</summary>
    internal StoredResponses? Without(StoredResponse variant, RequestSnapshot request, CredentialDigests digests)
    {
        ImmutableArray<StoredResponse> left = Variants.RemoveAll(other => other.IsSameAs(variant) && other.Selecting.Match(request.Headers, digests));
        return left.IsEmpty ? null : left.Length == Variants.Length ? this : new StoredResponses(left);
    }
}
