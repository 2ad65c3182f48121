namespace Handlers.Testing;

/// <summary>How <see cref="OpenAITwin"/> tells how long to wait. The text of the message always does.</summary>
[Flags]
public enum OpenAIRetryHints
{
    /// <summary>By the message only.</summary>
    None = 0,

    /// <summary>retry-after, in seconds, rounded up.</summary>
    Seconds = 1,

    /// <summary>retry-after-ms.</summary>
    Milliseconds = 2,

    /// <summary>Both headers.</summary>
    Both = Seconds | Milliseconds,
}
