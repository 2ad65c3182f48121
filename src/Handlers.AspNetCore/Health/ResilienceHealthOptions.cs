namespace Handlers;

/// <summary>From when on the app is reported as degraded or unhealthy.</summary>
public sealed class ResilienceHealthOptions
{
    /// <summary>Clients that count; empty for all. Default empty.</summary>
    public ISet<string> Clients { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Degraded from so many circuits that are not closed. Default 1; null for never.</summary>
    public int? DegradedCircuits { get; set; } = 1;

    /// <summary>
    /// Unhealthy from so many circuits that are not closed. Default null, never: an unhealthy app may be restarted or taken out of rotation, which helps no third party.
    /// </summary>
    public int? UnhealthyCircuits { get; set; }

    /// <summary>Degraded when a gate stays closed for longer than this. Default 1 minute; null for never.</summary>
    public TimeSpan? DegradedGate { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Unhealthy when a gate stays closed for longer than this. Default null, never.</summary>
    public TimeSpan? UnhealthyGate { get; set; }
}
