using Handlers.Retry;

namespace Handlers.Tool.Explain;

/// <summary>What the stack makes of an answer: the verdict as the provider gave it, and what retrying makes of that.</summary>
internal sealed record Explanation
{
    public required Provider Provider { get; init; }

    public required AnswerRecord Answer { get; init; }

    public required CallPlan Plan { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>The kind after the options had their word.</summary>
    public required VerdictKind Kind { get; init; }

    /// <summary>What would happen if the call had all the time in the world.</summary>
    public required RetryDecision Decision { get; init; }

    /// <summary>The options in force: the provider's profile over the defaults.</summary>
    public required ResilienceHandlersOptions Options { get; init; }

    /// <summary>The body had to be read for this.</summary>
    public required bool ReadBody { get; init; }

    /// <summary>The quota that must be blocked, by its full name; null when the answer blocks none.</summary>
    public string? Quota => Kind switch
    {
        VerdictKind.RateLimited or VerdictKind.QuotaExhausted => Verdict.Resource ?? PlannedResource,
        VerdictKind.Ok when Verdict.Wait is not null => Verdict.Resource ?? PlannedResource,
        _ => null,
    };

    /// <summary>The kind of quota without the model that it is metered for: <c>tokens</c> of <c>gpt-5/tokens</c>.</summary>
    public string? QuotaKind => Quota is { } name ? name[(name.LastIndexOf('/') + 1)..] : null;

    private string? PlannedResource => Plan.Quotas.IsDefaultOrEmpty ? null : Plan.Quotas[0].Resource;

    public static string Spell(VerdictKind kind) => kind switch
    {
        VerdictKind.Ok => "ok",
        VerdictKind.RateLimited => "rate_limited",
        VerdictKind.QuotaExhausted => "quota_exhausted",
        VerdictKind.Transient => "transient",
        _ => "fatal",
    };
}
