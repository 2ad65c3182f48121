namespace Handlers.Testing;

/// <summary>What happened at a <see cref="ProviderTwin"/>.</summary>
public enum TwinEventKind
{
    /// <summary>A request reached the provider.</summary>
    Arrived,

    /// <summary>It was executed and answered: 2xx, 3xx.</summary>
    Ok,

    /// <summary>It was over a limit.</summary>
    Refused,

    /// <summary>A 5xx, or a connection refused, reset or left hanging.</summary>
    Failed,

    /// <summary>Any other 4xx.</summary>
    Rejected,

    /// <summary>It came before the instant that a refusal had named.</summary>
    Early,

    /// <summary>It executed a write that had been executed before.</summary>
    Duplicate,
}
