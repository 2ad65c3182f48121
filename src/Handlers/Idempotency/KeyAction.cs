namespace Handlers.Idempotency;

/// <summary>What becomes of a call with a key.</summary>
internal enum KeyAction : byte
{
    Send,

    /// <summary>From the store.</summary>
    Answer,

    /// <summary>A probe, or the provider, has to say whether it happened.</summary>
    Ask,

    RefuseOtherPayload,

    RefuseDone,
}
