namespace Handlers.Quotas;

/// <summary>The limits of one quota: those that are configured, those that answers announce, and the rate that refusals teach. Guarded by the account's lock.</summary>
/// <remarks>
/// The list goes through the limits themselves: they are few, and an array would cost each quota an object. The quota keeps the first of them, and not this, which would
/// cost it eight bytes; and it walks them itself where every grant does, which is a twentieth quicker.
/// </remarks>
internal readonly struct LimitList(Limit? first)
{
    public Limit? First => first;

    /// <summary>When all of them will have room for an attempt that comes after <paramref name="ahead"/>, and not before <paramref name="at"/>; <paramref name="last"/> is the one that it waits for.</summary>
    public long Forecast(in Cost cost, in Load ahead, long at, long now, long lag, out Limit? last)
    {
        last = null;
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            long amount = limit.AmountOf(cost);
            if (amount == 0)
            {
                continue;
            }

            long fits = limit.Forecast(amount, limit.AmountOf(ahead), now, lag);
            if (fits > at)
            {
                at = fits;
                last = limit;
            }
        }

        return at;
    }

    /// <summary>The one that can never hold this cost.</summary>
    public Limit? TooSmallFor(in Cost cost)
    {
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (limit.AmountOf(cost) > limit.Capacity)
            {
                return limit;
            }
        }

        return null;
    }

    public void Return(in Cost cost, long takenAt, long now, bool foreseen)
    {
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (limit.AmountOf(cost) is > 0 and long amount)
            {
                limit.Return(amount, takenAt, now, foreseen);
            }
        }
    }

    /// <summary>New limits in their places would know as much.</summary>
    public bool IsForgettable(long now)
    {
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (!limit.IsForgettable(now))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The first of a kind.</summary>
    public T? Find<T>()
        where T : Limit
    {
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (limit is T found)
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>A limit that the provider announces holds calls back at this moment.</summary>
    public bool IsHeldByAnnounced(long now)
    {
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (limit is AnnouncedLimit announced && announced.FitsAt(1, now) > now)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The limit that an observation is about: that of its window, else the one that it may be about; null for one that is not known yet.</summary>
    public AnnouncedLimit? AnnouncedBy(in QuotaObservation seen)
    {
        AnnouncedLimit? possible = null;
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (limit is AnnouncedLimit known && known.Counts(seen))
            {
                if (known.NamedWindow == seen.Window)
                {
                    return known;
                }

                possible ??= known.MaySpeak(seen) ? known : null;
            }
        }

        return possible;
    }

    /// <summary>The list without announced limits of other windows that no answer has named for long.</summary>
    public LimitList WithoutUnheard(in QuotaObservation seen, long now)
    {
        LimitList kept = this;
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (limit is AnnouncedLimit known && known.NamedWindow != seen.Window && known.IsUnheard(now) && known.Counts(seen))
            {
                kept = kept.Without(known);
            }
        }

        return kept;
    }

    /// <summary>The list with one more at its end.</summary>
    public LimitList With(Limit limit)
    {
        if (first is null)
        {
            return new LimitList(limit);
        }

        Limit last = first;
        while (last.Next is { } next)
        {
            last = next;
        }

        last.Next = limit;
        return this;
    }

    /// <summary>The list without a limit, and without what makes that one go evenly.</summary>
    public LimitList Without(Limit limit)
    {
        Limit? after = limit.Next is Spread spread ? spread.Next : limit.Next;
        if (first == limit)
        {
            return new LimitList(after);
        }

        Limit before = first!;
        while (before.Next != limit)
        {
            before = before.Next!;
        }

        before.Next = after;
        return this;
    }
}
