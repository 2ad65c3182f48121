namespace Handlers;

/// <summary>When and after which wait a failed attempt is repeated. Configuration section <c>Retry</c>.</summary>
public sealed class RetryOptions
{
    /// <summary>What <see cref="RetryOn"/> holds unless it is set.</summary>
    public const string DefaultRetryOn = "connection, timeout, read-timeout, pool-timeout, reset, 408, 5xx";

    /// <summary>Switches the handler on or off. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often an attempt may be repeated; attempts = retries + 1. Default 3, range 0 to 100; 0 never repeats.</summary>
    public int MaxRetries { get; set; } = 3;

    /// <summary>How the wait grows. Default <see cref="BackoffKind.Exponential"/>.</summary>
    public BackoffKind Backoff { get; set; } = BackoffKind.Exponential;

    /// <summary>The first wait. Default 1 s, range 0 to 1 day. A wait named by the provider wins when it is longer.</summary>
    public TimeSpan BaseDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest wait of our own, jitter included. Default 30 s, range 0 to 1 day. Does not shorten a wait named by the provider.
    /// Where different layers set this and a longer <see cref="BaseDelay"/>, the weaker layer's value gives way; where one layer sets both, it is an error.
    /// </summary>
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The factor between waits when <see cref="Backoff"/> is exponential. Default 2, range 1 to 10.</summary>
    public double Multiplier { get; set; } = 2;

    /// <summary>The share by which our own waits vary up and down: 0.2 is ± 20 %, 0 switches jitter off. Default 0.2, range 0 to 1.</summary>
    public double Jitter { get; set; } = 0.2;

    /// <summary>The wait after a refusal that names none, in place of backoff. Default 60 s, range 0 to 1 day.</summary>
    public TimeSpan RateLimitRetryAfter { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Waits for an open circuit, without using a retry, as often as the deadline allows. Default false; true in the workloads
    /// <c>Critical</c> and <c>Background</c>.
    /// </summary>
    public bool WaitForCircuit { get; set; }

    /// <summary>Whether a refusal by the provider uses a retry like any other failure. Default true; false in the workload <c>Background</c>.</summary>
    public bool RefusalsUseRetries { get; set; } = true;

    /// <summary>
    /// The failures that are repeated, as one list: <c>connection</c>, <c>timeout</c> (an attempt's), <c>read-timeout</c>, <c>pool-timeout</c>, <c>reset</c>,
    /// status codes from 400 to 599, ranges such as <c>520-524</c>, and classes such as <c>5xx</c> (without 501 and 505); a minus in front of an entry takes it away.
    /// Default <see cref="DefaultRetryOn"/>. What the provider calls a limit, or temporary, is repeated anyway.
    /// </summary>
    public string RetryOn { get; set; } = DefaultRetryOn;

    /// <summary>
    /// Status codes that are waited out like a rate limit, as one list; what the provider's knowledge says about a code wins. <c>circuit-open</c> among them switches
    /// <see cref="WaitForCircuit"/> on. Default <c>429</c>.
    /// </summary>
    public string WaitOutOn { get; set; } = "429";

    /// <summary>Requests that the user declares safe to repeat, as a list of <c>METHOD /path/*</c> patterns. Default empty.</summary>
    public string ReplaySafe { get; set; } = "";

    /// <summary>Retries allowed per call of the last 60 s, over all callers of the account. Default 0.5, range 0 to 100.</summary>
    public double BudgetRatio { get; set; } = 0.5;

    /// <summary>Retries allowed in any 60 s whatever the number of calls. Default 10, range 0 to 1,000,000.</summary>
    public int BudgetMinimum { get; set; } = 10;

    /// <summary>The largest body held in memory so that it can be sent again; a larger one-shot body is sent once. Default 1 MiB, range 0 to 1 GiB.</summary>
    public long MaxBufferedBody { get; set; } = 1024 * 1024;
}
