namespace Handlers;

/// <summary>How a quota is spent before anything is known about it.</summary>
public enum QuotaStart : byte
{
    /// <summary>As calls come: nothing says that there is a limit.</summary>
    Free,

    /// <summary>One attempt goes first and the others wait for its answer, which announces the limit.</summary>
    FirstAnswer,

    /// <summary>
    /// Ten attempts a second: there is a limit, nobody announces it, and the first refusal will tell. Doubled after each minute in use without a refusal.
    /// Without effect where a limit is configured.
    /// </summary>
    Slow,
}
