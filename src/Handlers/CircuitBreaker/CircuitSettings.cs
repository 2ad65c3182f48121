namespace Handlers.CircuitBreaker;

/// <summary>The options of a circuit, frozen; see <see cref="CircuitBreakerOptions"/> for the meaning of each.</summary>
internal sealed record CircuitSettings
{
    public required int FailureThreshold { get; init; }

    public required double? FailureRatio { get; init; }

    public required int MinimumThroughput { get; init; }

    public required TimeSpan SamplingDuration { get; init; }

    public required TimeSpan BreakDuration { get; init; }

    public required double BreakMultiplier { get; init; }

    public required TimeSpan MaxBreakDuration { get; init; }

    public required int HalfOpenMaxCalls { get; init; }

    public required int SuccessThreshold { get; init; }

    public required TimeSpan RampDuration { get; init; }

    public required TimeSpan ProbeTimeout { get; init; }

    public static CircuitSettings From(CircuitBreakerOptions options) => new()
    {
        FailureThreshold = options.FailureThreshold,
        FailureRatio = options.FailureRatio,
        MinimumThroughput = options.MinimumThroughput,
        SamplingDuration = options.SamplingDuration,
        BreakDuration = options.BreakDuration,
        BreakMultiplier = options.BreakMultiplier,
        MaxBreakDuration = options.MaxBreakDuration,
        HalfOpenMaxCalls = options.HalfOpenMaxCalls,
        SuccessThreshold = options.SuccessThreshold,
        RampDuration = options.RampDuration,
        ProbeTimeout = options.ProbeTimeout,
    };

    /// <summary>The length of a break after <paramref name="reopenings"/> breaks that did not help.</summary>
    public TimeSpan Break(int reopenings)
    {
        TimeSpan longest = MaxBreakDuration > BreakDuration ? MaxBreakDuration : BreakDuration;
        double ticks = BreakDuration.Ticks * Math.Pow(BreakMultiplier, reopenings);
        return ticks >= longest.Ticks ? longest : TimeSpan.FromTicks((long)ticks);
    }

    /// <summary>How long failures in a row may be merely quicker than the successes to come, the slowest of which lately took so long; zero: nobody knows.</summary>
    public TimeSpan Patience(TimeSpan slowest) => slowest > TimeSpan.Zero && slowest < ProbeTimeout / 2 ? 2 * slowest : ProbeTimeout;

    public FailureWindow? NewWindow() => FailureRatio is null ? null : new FailureWindow(SamplingDuration);

    public Ramp? NewRamp(UsualFailures usual, TimeSpan now) => RampDuration > TimeSpan.Zero ? new Ramp(HalfOpenMaxCalls, RampDuration, usual, now) : null;
}
