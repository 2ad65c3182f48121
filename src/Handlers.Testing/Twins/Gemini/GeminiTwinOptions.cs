namespace Handlers.Testing;

/// <summary>
/// The limits of <see cref="GeminiTwin"/>. Google shows them by model and tier in AI Studio only, so the defaults are merely of a usual
/// size; they hold for the project, not for a key (ai.google.dev "Rate limits", read 2026-11).
/// </summary>
public sealed class GeminiTwinOptions : TwinOptions
{
    /// <summary>Requests per <see cref="Minute"/> and model. Default: 60.</summary>
    public int RequestsPerMinute { get; set; } = 60;

    /// <summary>Input tokens per <see cref="Minute"/> and model; null for no limit. Default: null.</summary>
    public int? InputTokensPerMinute { get; set; }

    /// <summary>Requests per <see cref="Day"/> and model; null for no limit. Default: null.</summary>
    public int? RequestsPerDay { get; set; }

    /// <summary>The minute, whose windows start at UTC multiples of it; shorten it for a demonstration. Default: 1 minute.</summary>
    public TimeSpan Minute { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The day, which starts at midnight Pacific standard time. Default: 24 hours.</summary>
    public TimeSpan Day { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Whether a refusal carries RetryInfo. Default: true.</summary>
    public bool RetryInfo { get; set; } = true;

    /// <summary>
    /// Whether a refusal carries the limit. Default: true. Switch it off together with a shortened <see cref="Minute"/>: "60 per minute" would not be true then.
    /// </summary>
    public bool QuotaValue { get; set; } = true;

    /// <summary>Input tokens of a call. Default: its body's characters / 4.</summary>
    public Func<TwinRequest, int>? InputTokensOf { get; set; }

    /// <summary>Pieces of a streamed answer. Default: 5.</summary>
    public int StreamPieces { get; set; } = 5;

    /// <summary>The pause before each piece but the first. Default: 50 ms.</summary>
    public TimeSpan StreamInterval { get; set; } = TimeSpan.FromMilliseconds(50);
}
