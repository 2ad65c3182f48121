namespace Handlers;

/// <summary>A copy of one circuit's state, to look at. The counters run from the circuit's creation and count attempts.</summary>
public readonly record struct CircuitSnapshot
{
    /// <summary>The client whose calls the circuit watches.</summary>
    public required string Client { get; init; }

    /// <summary>The upstream: scheme, host and port.</summary>
    public required string Authority { get; init; }

    /// <summary>The state now. <see cref="CircuitState.Open"/> lasts until a call comes after the break and becomes the first probe.</summary>
    public required CircuitState State { get; init; }

    /// <summary>Failures in a row; while open or half-open the count that opened the circuit, failed probes included.</summary>
    public required int Failures { get; init; }

    /// <summary>When the break ends, while <see cref="State"/> is <see cref="CircuitState.Open"/>; else null.</summary>
    public required DateTimeOffset? OpenUntil { get; init; }

    /// <summary>Attempts let through.</summary>
    public required long Accepted { get; init; }

    /// <summary>Attempts refused, before the queue or at the grant.</summary>
    public required long Rejected { get; init; }

    /// <summary>Attempts that ended well and counted.</summary>
    public required long Succeeded { get; init; }

    /// <summary>Attempts that failed and counted.</summary>
    public required long Failed { get; init; }

    /// <summary>The share of the counted attempts that ended well, 0 to 1; null before the first.</summary>
    public double? SuccessRate => Succeeded + Failed == 0 ? null : Succeeded / (double)(Succeeded + Failed);

    /// <summary>Results that did not count, because the circuit had changed its state since the attempt was let through.</summary>
    public required long Stale { get; init; }

    /// <summary>Attempts that would be let through now: null for as many as come, while closed; the free probes while half-open or when the break is over; else 0.</summary>
    public required int? AvailablePermits { get; init; }

    /// <summary>How often the circuit went from one state (the outer key) to another (the inner key); what never happened is absent.</summary>
    public required IReadOnlyDictionary<CircuitState, IReadOnlyDictionary<CircuitState, long>> Transitions { get; init; }
}
