namespace Handlers.Quotas;

/// <summary>
/// How the amount of an adaptive limit follows what comes back: a fifth less when the provider refuses, or when more than a tenth of a window's answers are
/// failures; a fifth more after a window that was used and had neither. Between the bounds that the user set.
/// </summary>
/// <remarks>
/// A refusal counts once for all that had left by then, not once each: fifty at a time say one thing. Growth needs use: a window of which less than half was
/// spent proves nothing.
/// </remarks>
internal sealed class Adaptation(LimitSpec declared, long now)
{
    private const double Step = 0.2;
    private const double MostErrors = 0.1;

    private static readonly long Memory = TimeSpan.FromMinutes(10).Ticks;

    // Short periods are looked at together: in a second there is little to go by, and growing every second would be refused every other.
    private static readonly long ShortestWindow = TimeSpan.FromSeconds(20).Ticks;

    private long _since = now;
    private long _slowedAt = long.MinValue;
    private long _spent;
    private int _answers;
    private int _errors;

    /// <summary>What the user wrote.</summary>
    public LimitSpec Declared => declared;

    private long Window => Math.Max(declared.Period.Ticks, ShortestWindow);

    /// <summary>An attempt was answered, or given up.</summary>
    /// <param name="limit">The limit as it is now.</param>
    /// <param name="amount">What the attempt took of it.</param>
    /// <param name="verdict">What its answer said.</param>
    /// <param name="counting">When it left and when it ended.</param>
    /// <returns>The limit as it is from now on.</returns>
    public LimitSpec Answered(LimitSpec limit, long amount, in Verdict verdict, in Counting counting)
    {
        bool isRefusal = verdict.Kind is VerdictKind.RateLimited or VerdictKind.QuotaExhausted;
        if (isRefusal && counting.TakenAt <= _slowedAt)
        {
            return limit;
        }

        // Nobody knows what would have become of an attempt that was given up.
        bool isError = isRefusal || verdict is { Kind: VerdictKind.Transient, Why.Length: > 0 };
        _spent += amount;
        _answers++;
        _errors += isError ? 1 : 0;
        if (isRefusal)
        {
            _slowedAt = counting.EndedAt;
            return Changed(limit, 1 - Step, counting.EndedAt);
        }

        if (counting.EndedAt - _since < Window)
        {
            return limit;
        }

        // The answer that ends a window comes after it, and may come long after it.
        double periods = Math.Max(1, (counting.EndedAt - _since) / (double)declared.Period.Ticks);
        double factor = _errors > MostErrors * _answers ? 1 - Step : _spent >= limit.Amount * periods / 2 ? 1 + Step : 1;
        return Changed(limit, factor, counting.EndedAt);
    }

    /// <summary>What was learned is no longer worth keeping.</summary>
    public bool IsForgettable(LimitSpec limit, long now) => limit == declared || now - _since > Memory;

    private LimitSpec Changed(LimitSpec limit, double factor, long now)
    {
        (_since, _spent, _answers, _errors) = (now, 0, 0, 0);
        return limit.Of(Math.Clamp((long)Math.Round(limit.Amount * factor), declared.AdaptiveMin, declared.AdaptiveMax));
    }
}
