namespace Handlers;

/// <summary>
/// When an upstream counts as down, for how long it is left alone, and how it is trusted again. Configuration section <c>CircuitBreaker</c>.
/// There is one circuit per client and authority (scheme, host, port). Refusals by the provider (429, exhausted quotas) and the caller's own
/// cancellation are no failures and never open a circuit.
/// </summary>
public sealed class CircuitBreakerOptions
{
    /// <summary>Switches the handler on or off. Default true. While it is off the circuit learns nothing and keeps the state it has.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Failures in a row that open the circuit; one success starts the count anew. Default 10, range 1 to 10,000.
    /// Ignored when <see cref="FailureRatio"/> is set.
    /// </summary>
    /// <remarks>
    /// Failing is often quicker than succeeding. Where more than two, and more than a quarter of the failures, of the attempts that left before the latest failure
    /// are still under way, the circuit waits for them before it opens: for twice as long as the slowest of the latest successes took, and at most for
    /// <see cref="ProbeTimeout"/>.
    /// <para>
    /// A run that the usual share of failures explains opens nothing: once a hundred results are known, it takes as many in a row as chance brings once in a
    /// hundred thousand attempts. That is more than 10 where more than three in ten fail (17 at one in two), and 52 at most. Attempts that were under way when the
    /// upstream named a wait count as one with the first that was told so.
    /// </para>
    /// </remarks>
    public int FailureThreshold { get; set; } = 10;

    /// <summary>
    /// Share of failed attempts within <see cref="SamplingDuration"/> that opens the circuit: 0.5 is one in two; those under way have not failed. Default none,
    /// range 0.001 to 1.
    /// When set it wins over <see cref="FailureThreshold"/>.
    /// </summary>
    public double? FailureRatio { get; set; }

    /// <summary>
    /// Attempts that ended within <see cref="SamplingDuration"/> below which a <see cref="FailureRatio"/> says nothing yet. Default 20, range 1 to 1,000,000.
    /// Used with <see cref="FailureRatio"/> only.
    /// </summary>
    public int MinimumThroughput { get; set; } = 20;

    /// <summary>
    /// The time over which <see cref="FailureRatio"/> is taken, to a tenth of it. Default 30 s, range 1 s to 1 h. Used with <see cref="FailureRatio"/> only.
    /// </summary>
    public TimeSpan SamplingDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long the circuit stays open before the first probe. Default 30 s, range 100 ms to 1 day. A longer <c>Retry-After</c> of a failed answer wins.
    /// </summary>
    public TimeSpan BreakDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The factor by which each further break is longer than the one before, as long as the upstream has not recovered for good: the circuit opened
    /// again while half-open or within the ramp after closing. Default 2, range 1 to 10; 1 keeps every break alike.
    /// </summary>
    /// <remarks>
    /// Where a probe has succeeded before another one failed, the upstream is up, though not for everybody: the break is one second then
    /// (<see cref="BreakDuration"/> if that is shorter), and those that follow double until they are as long as the last one was.
    /// </remarks>
    public double BreakMultiplier { get; set; } = 2;

    /// <summary>
    /// The length up to which breaks grow. Default 5 min, range 100 ms to 1 day; when shorter than <see cref="BreakDuration"/>, that one wins and breaks
    /// don't grow. Does not shorten a <c>Retry-After</c>.
    /// </summary>
    public TimeSpan MaxBreakDuration { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Probes under way at once while half-open, from the first success on; before it there is one. Also the rate, in calls a second, at which the ramp
    /// after closing begins. Default 3, range 1 to 1,000.
    /// </summary>
    public int HalfOpenMaxCalls { get; set; } = 3;

    /// <summary>Successful probes of one half-open period that close the circuit; any failed probe opens it again. Default 2, range 1 to 1,000.</summary>
    public int SuccessThreshold { get; set; } = 2;

    /// <summary>
    /// The time over which the admitted rate grows back after closing. Default 10 s, range 0 to 1 h; 0 switches the ramp off.
    /// </summary>
    /// <remarks>
    /// The rate begins at <see cref="HalfOpenMaxCalls"/> a second and doubles every tenth of this time (3, 6, 12 … 1,536 a second), then the limit is gone.
    /// Where a fifth of the results or more are failures, it is cut to what was served and grows from there by at most 15 % per tenth, less where a twentieth
    /// fails, doubling again once it is 1.5 times the rate that failed; the ramp then lasts until this time has passed without a further cut and nobody is held back any more. If still a fifth
    /// fail over this time after a cut, the load is not the cause, and the ramp ends.
    /// Ten calls at once pass at the start, of those that waited for the circuit <see cref="HalfOpenMaxCalls"/>, and a client that sends no more than <see cref="HalfOpenMaxCalls"/> calls in any second is never refused.
    /// Of calls that wait (<see cref="RetryOptions.WaitForCircuit"/>) those pass first whose deadline is nearest.
    /// <para>
    /// As long as the ramp holds calls back and at least <see cref="FailureThreshold"/> of the latest were served, as many failures in a row cut the rate
    /// and do not open the circuit.
    /// </para>
    /// </remarks>
    public TimeSpan RampDuration { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After this time a probe that has not answered gives its place to another one; its own result still counts while the circuit is half-open.
    /// Default 60 s or the attempt timeout, whichever is longer; range 100 ms to 1 day.
    /// </summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(60);
}
