namespace Handlers;

/// <summary>The idempotency key of one call: chosen once, before the first attempt, so that every attempt carries the same.</summary>
internal sealed class CallKey
{
    /// <summary>The key itself.</summary>
    public required string Text { get; init; }

    /// <summary>As it may be told: what the caller or we made is the caller's; what was made of the request's content shows as a digest.</summary>
    public required string Shown { get; init; }

    /// <summary>The provider recognises a repetition by it, so that the call may be sent again.</summary>
    public bool IsHonoured { get; set; }

    /// <summary>The field that it was stamped into, or stands in already; null for a key that is only known here.</summary>
    public string? Header { get; set; }

    /// <summary>What is kept under it, and by which name; null where nothing is kept: the key only makes repeating safe.</summary>
    public string? Identity { get; set; }

    /// <summary>A digest of what is asked for: another one under the same key is a mistake.</summary>
    public string Fingerprint { get; set; } = "";

    public CallOwner Owner { get; set; }

    /// <summary>Another call may have used it before, in any process: the first refusal as a repetition proves that.</summary>
    public bool MayBeKnown { get; set; }

    /// <summary>The call that was made for everybody who asked with this key, once it has begun.</summary>
    public Call? Flight { get; set; }

    /// <summary>It is a call's of the client above on the same message.</summary>
    public bool IsAbove { get; private init; }

    /// <summary>The answer is another call's.</summary>
    public bool IsReplayed { get; set; }

    /// <summary>The same for a client below on the same message: it may repeat what the key makes safe to repeat, and keeps nothing.</summary>
    public CallKey ForClientBelow() => new() { Text = Text, Shown = Shown, IsHonoured = IsHonoured, Header = Header, IsAbove = true };
}
