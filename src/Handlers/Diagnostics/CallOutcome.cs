namespace Handlers;

/// <summary>How a call ended, as it is counted.</summary>
internal enum CallOutcome : byte
{
    Succeeded,
    Failed,
    Cancelled,
}
