namespace Handlers;

/// <summary>The upstream counts as down: the attempt was not sent.</summary>
public sealed class CircuitOpenException : ResilienceRejectedException
{
    internal CircuitOpenException(string message, string authority, CircuitState state, TimeSpan? retryAfter, DateTimeOffset? retryAt, CallReport report)
        : base(message, null, retryAt, report)
    {
        Authority = authority;
        State = state;
        RetryAfter = retryAfter;
    }

    /// <summary>The upstream: scheme, host and port.</summary>
    public string Authority { get; }

    /// <summary>The circuit's state when it refused.</summary>
    public CircuitState State { get; }

    /// <summary>How long from the refusal until calls may pass again; null where nobody knows.</summary>
    public TimeSpan? RetryAfter { get; }
}
