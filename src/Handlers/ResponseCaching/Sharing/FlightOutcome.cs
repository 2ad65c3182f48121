namespace Handlers.ResponseCaching;

/// <summary>What came of the request that others waited for.</summary>
internal enum FlightOutcome : byte
{
    /// <summary>Its answer is stored: look again.</summary>
    Stored,

    /// <summary>Its answer is for its caller alone: everybody for himself, at once.</summary>
    NotShared,

    /// <summary>The server failed, or was not asked: who has a stale answer uses it, the others try for themselves.</summary>
    Failed,

    /// <summary>Its attempt was refused or failed, and it waits for another: one of those who waited goes in its place.</summary>
    Refused,

    /// <summary>Its caller left, or ran out of time; that says nothing about the server: another one takes its place.</summary>
    CallerLeft,
}
