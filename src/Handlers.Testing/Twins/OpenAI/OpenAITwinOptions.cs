namespace Handlers.Testing;

/// <summary>
/// The limits of <see cref="OpenAITwin"/>. OpenAI publishes them by model and tier, so the defaults are merely of a usual size; the
/// rules are those of the rate limit guide, read 2026-11: every model has its own buckets, refused calls count.
/// </summary>
public sealed class OpenAITwinOptions : TwinOptions
{
    /// <summary>Requests per <see cref="Period"/> and model. Default: 500.</summary>
    public int RequestsPerMinute { get; set; } = 500;

    /// <summary>Tokens per <see cref="Period"/> and model. Default: 200,000.</summary>
    public int TokensPerMinute { get; set; } = 200_000;

    /// <summary>The time in which an empty bucket is full again. Default: 1 minute; shorten it for a demonstration.</summary>
    public TimeSpan Period { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Whether a refused call costs a request, as documented. Default: true.</summary>
    public bool RefusalsCost { get; set; } = true;

    /// <summary>What a call is charged on arrival. Default: its text's characters / 4, plus the output tokens it allows.</summary>
    public Func<TwinRequest, int>? TokensOf { get; set; }

    /// <summary>What a call has used in the end; reported as usage. Default: what it was charged.</summary>
    public Func<TwinRequest, int>? UsedTokensOf { get; set; }

    /// <summary>Whether the difference between charge and usage is given back. Default: false.</summary>
    public bool RefundsToUsage { get; set; }

    /// <summary>Output tokens of a call that sets no bound. Default: 256.</summary>
    public int DefaultOutputTokens { get; set; } = 256;

    /// <summary>Which wait headers a refusal carries. Default: both.</summary>
    public OpenAIRetryHints Hints { get; set; } = OpenAIRetryHints.Both;

    /// <summary>Pieces of a streamed answer. Default: 5.</summary>
    public int StreamPieces { get; set; } = 5;

    /// <summary>The pause before each piece but the first. Default: 50 ms.</summary>
    public TimeSpan StreamInterval { get; set; } = TimeSpan.FromMilliseconds(50);
}
