namespace Handlers.Wire;

/// <summary>What a Unix timestamp counts.</summary>
internal enum EpochUnit : byte
{
    Seconds,
    Milliseconds,
    Microseconds,
    Nanoseconds,
}
