using Handlers.Wire.StructuredFields;

namespace Handlers;

/// <summary>An idempotency key as it goes into a header.</summary>
internal static class KeyText
{
    // Stripe's bound, the only one that is documented.
    private const int Longest = 255;

    /// <summary>Bare or as a quoted string; what no header can carry, or no API takes, is replaced by its digest.</summary>
    public static string OnTheWire(string key, bool quoted)
    {
        string sendable = key.Length <= Longest && !key.AsSpan().ContainsAnyExceptInRange(' ', '~') && key.AsSpan().Trim(' ').Length == key.Length
            ? key
            : Digest.Of(key);
        return quoted && StructuredField.TrySerialize(SfBareItem.OfString(sendable), out string? field) ? field : sendable;
    }
}
