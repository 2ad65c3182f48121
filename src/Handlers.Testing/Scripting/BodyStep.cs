namespace Handlers.Testing;

/// <summary>One step of a body: bytes, or a pause (infinite: a stall), or a failure.</summary>
internal readonly record struct BodyStep(ReadOnlyMemory<byte> Bytes, TimeSpan Pause = default, Func<Exception>? Failure = null);
