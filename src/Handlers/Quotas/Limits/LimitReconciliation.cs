namespace Handlers.Quotas;

/// <summary>
/// What becomes of a quota's limits when its configuration changes: those that are wanted still go on with what was used of them, those that answers and refusals
/// have taught stay behind them, and the rest goes.
/// </summary>
internal static class LimitReconciliation
{
    /// <param name="present">The first of those that there are.</param>
    /// <param name="wanted">What the configuration says now.</param>
    /// <param name="isSmooth">Whether they are to go evenly.</param>
    /// <param name="clock">The account's clock.</param>
    /// <param name="now">Now.</param>
    /// <returns>The first of the new list.</returns>
    public static Limit? Of(Limit? present, IEnumerable<LimitSpec> wanted, bool isSmooth, LedgerClock clock, long now)
    {
        var old = new List<Limit>();
        var announced = new List<Limit>();
        var spreads = new List<Spread>();
        for (Limit? limit = present; limit is not null; limit = limit.Next)
        {
            if (limit is Spread spread)
            {
                spreads.Add(spread);
            }
            else
            {
                (limit is AnnouncedLimit or LearnedRate ? announced : old).Add(limit);
            }
        }

        List<LimitSpec> specs = [.. wanted];
        if (specs.Count > 0)
        {
            announced.RemoveAll(limit => limit is LearnedRate { WasRefused: false });
        }

        Limit? first = null;
        Limit? last = null;
        foreach (Limit limit in specs.Select(spec => Keep(old, spec, now) ?? Limit.Create(spec, clock, now)).Concat(announced))
        {
            limit.Next = null;
            if (last is null)
            {
                first = limit;
            }
            else
            {
                last.Next = limit;
            }

            last = limit;
        }

        Spread.Over(first, isSmooth, spreads);
        return first;
    }

    /// <summary>The old limit that goes on as <paramref name="spec"/>: the same one, else one of its kind and unit.</summary>
    private static Limit? Keep(List<Limit> old, LimitSpec spec, long now)
    {
        int index = old.FindIndex(l => l.Declared == spec);
        if (index < 0)
        {
            index = old.FindIndex(l => l.Spec.Kind == spec.Kind && l.Unit == spec.Unit);
        }

        if (index < 0)
        {
            return null;
        }

        Limit kept = old[index];
        old.RemoveAt(index);
        return kept.Declared == spec ? kept : AdaptiveLimit.Declare(kept, spec, now);
    }
}
