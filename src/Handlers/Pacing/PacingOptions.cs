namespace Handlers;

/// <summary>How calls are held back so that the provider need not refuse them. Configuration section <c>Pacing</c>.</summary>
public sealed class PacingOptions
{
    /// <summary>Switches the handler on or off. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Limits over all calls of the client, separated by commas:
    /// <c>&lt;n&gt;[ &lt;unit&gt;]/&lt;period&gt;[; burst &lt;n&gt;][; window|sliding|bucket][; adaptive &lt;min&gt;..&lt;max&gt;]</c>, unit <c>requests</c> (default),
    /// <c>tokens</c>, <c>points</c>, <c>bytes</c>; or <c>none</c>, which removes a weaker layer's limits. <c>adaptive</c> learns the amount between
    /// two bounds, a fifth down at a refusal or when more than a tenth of a period's answers are failures, a fifth up after a period that was used without. Default
    /// null: the provider's.
    /// </summary>
    public string? Limits { get; set; }

    /// <summary>The least time between the starts of two attempts. Default none, range 0 to 1 day.</summary>
    public TimeSpan? MinInterval { get; set; }

    /// <summary>Attempts under way at once, each until its body ends. Default none, range 1 to 100,000.</summary>
    public int? MaxConcurrency { get; set; }

    /// <summary>The share of every known limit that is left unused, in percent, for others who spend the same quota. Default 0, range 0 to 90.</summary>
    public double MarginPercent { get; set; }

    /// <summary>What the limits that are known are spent for. Default <see cref="PacingMode.FinishSoonest"/>.</summary>
    public PacingMode Mode { get; set; }

    /// <summary>
    /// The share of every known limit that is left to interactive calls, in percent, with <see cref="Mode"/> <see cref="PacingMode.Reserve"/>. Default 20,
    /// range 1 to 90.
    /// </summary>
    public double ReservePercent { get; set; } = 20;

    /// <summary>
    /// The longest wait before an attempt: a call that would wait longer in the queue is refused at once, and a retry that would is not made. Default none (the
    /// deadline bounds it), range 0 to 31 days.
    /// </summary>
    public TimeSpan? MaxWait { get; set; }

    /// <summary>The most calls waiting per quota. Default 10,000, range 0 to 10,000,000; 0 refuses instead of waiting.</summary>
    public int MaxQueue { get; set; } = 10_000;

    /// <summary>The most bytes of request bodies waiting per quota. Default 64 MiB, range 0 to 1 TiB.</summary>
    public long MaxQueueBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Groups of endpoints with limits of their own, by name. A group named after a resource of the provider changes that resource. At most 64.</summary>
    public IDictionary<string, PacingGroupOptions> Groups { get; } = new Dictionary<string, PacingGroupOptions>(StringComparer.OrdinalIgnoreCase);
}
