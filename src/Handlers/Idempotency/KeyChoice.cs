using Handlers.Wire.StructuredFields;

namespace Handlers.Idempotency;

/// <summary>Which key a call carries, if any. Decided before anything is sent, by the request alone.</summary>
internal static class KeyChoice
{
    private const string UsualHeader = "Idempotency-Key";

    /// <summary>The call's key; null when it needs none. Its identity is set where results are kept under it.</summary>
    public static CallKey? Of(Call call, ClientPolicy policy, CredentialDigests digests)
    {
        IdempotencyOptions options = policy.Options.Idempotency;
        string? honoured = options.HeaderName ?? call.Plan.IdempotencyHeader;
        string name = FieldOf(call, policy);

        // The caller's own header is kept as it is.
        if (call.Original.HeaderOf(name) is { Length: > 0 } own)
        {
            string text = options.Quoted ? Unquoted(own) : own;
            return Kept(new CallKey { Text = text, Shown = text, Header = name, IsHonoured = honoured is not null }, call, policy, digests, null);
        }

        if (call.Options?.IdempotencyKey is { Length: > 0 } given)
        {
            string? fingerprint = null;
            if (call.Options.KeyScope is { } scope)
            {
                fingerprint = Fingerprint.Of(call.Original);
                given = scope.KeyFor(given, fingerprint, call.Plan.NaturalKey);
            }

            return Kept(new CallKey { Text = given, Shown = given }, call, policy, digests, fingerprint);
        }

        return policy.GetsKey(call.Original.Method) ? Made(call, policy, digests, honoured) : null;
    }

    private static CallKey? Made(Call call, ClientPolicy policy, CredentialDigests digests, string? honoured)
    {
        switch (policy.Options.Idempotency.Keys)
        {
            case IdempotencyKeySource.Natural when call.Plan.NaturalKey is { } natural:
                // It may name a person: it is shown, and sent, as a digest.
                string digest = Digest.Of("natural", natural);
                return Kept(new CallKey { Text = digest, Shown = digest }, call, policy, digests, null);
            // Of a body that is not seen whole another one may have the same digest, and would be taken for a repetition.
            case IdempotencyKeySource.Content when Fingerprint.IsWhole(call.Original.Content):
                string fingerprint = Fingerprint.Of(call.Original);
                return Kept(new CallKey { Text = fingerprint, Shown = fingerprint }, call, policy, digests, fingerprint);
            default:
                if (honoured is null && !call.Plan.TakesId)
                {
                    return null;
                }

                string made = KeyBytes.Next().ToString();
                return new CallKey { Text = made, Shown = made };
        }
    }

    /// <summary>The field that carries keys: the user's word, the provider's, or the usual one.</summary>
    public static string FieldOf(Call call, ClientPolicy policy) => policy.Options.Idempotency.HeaderName ?? call.Plan.IdempotencyHeader ?? UsualHeader;

    private static CallKey Kept(CallKey key, Call call, ClientPolicy policy, CredentialDigests digests, string? fingerprint)
    {
        key.Owner = CallOwner.Of(call, policy, digests, FieldOf(call, policy));
        key.Fingerprint = fingerprint ?? Fingerprint.Of(call.Original);
        key.Identity = Digest.Of(key.Owner.Text, call.Original.Method.Method, Fingerprint.Target(call.Original.Uri!), key.Text);
        return key;
    }

    private static string Unquoted(string header) =>
        StructuredField.TryParseItem(header, out SfItem? item) && item.Value.Kind == SfKind.String ? item.Value.Text : header;
}
