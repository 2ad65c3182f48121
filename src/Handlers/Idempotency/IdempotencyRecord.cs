namespace Handlers;

/// <summary>What a store knows about a key.</summary>
/// <param name="Fingerprint">What it was claimed for.</param>
/// <param name="At">When it was claimed, or its result kept, by the wall clock.</param>
/// <param name="IsDone">It happened; otherwise the outcome is unknown.</param>
/// <param name="Result">The answer; empty when there is none to repeat.</param>
public sealed record IdempotencyRecord(string Fingerprint, DateTimeOffset At, bool IsDone, ReadOnlyMemory<byte> Result);
