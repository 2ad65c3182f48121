namespace Handlers.Testing;

/// <summary>A fault of a <see cref="ProviderTwin"/>: what, when, how often and to whom. Drawn with the twin's seed.</summary>
/// <param name="Kind">What goes wrong.</param>
public sealed record TwinFault(TwinFaultKind Kind)
{
    /// <summary>When it begins, counted from the twin's creation. Default: at once.</summary>
    public TimeSpan From { get; init; }

    /// <summary>When it ends, counted from the twin's creation. Default: never.</summary>
    public TimeSpan Until { get; init; } = TimeSpan.MaxValue;

    /// <summary>The share of requests it strikes, 0 to 1. Default: 1.</summary>
    public double Probability { get; init; } = 1;

    /// <summary>How many requests it strikes at most. Default: no bound.</summary>
    public int Times { get; init; } = int.MaxValue;

    /// <summary>Which requests it may strike; null for all. <see cref="TwinFaultKind.ConnectionRefused"/> sees no body.</summary>
    public Func<TwinRequest, bool>? Match { get; init; }

    /// <summary>The Retry-After of a 503, sent in whole seconds; null for none.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Body bytes that come before a reset or a stall; the size of a piece of a slow body. Default: 3.</summary>
    public int Bytes { get; init; } = 3;

    /// <summary>The pause between the pieces of a slow body, or the additional latency. Default: 1 s.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>All answers are 503 from one instant to another.</summary>
    public static TwinFault Outage(TimeSpan from, TimeSpan until, TimeSpan? retryAfter = null) =>
        new(TwinFaultKind.Outage) { From = from, Until = until, RetryAfter = retryAfter };

    /// <summary>A share of the calls within the limits is answered 503.</summary>
    public static TwinFault Unavailable(double probability) => new(TwinFaultKind.Unavailable) { Probability = probability };
}
