namespace Handlers.Quotas;

/// <summary>What answers and refusals teach a quota: the limits that are announced, and the rate at which nobody announces one.</summary>
internal abstract partial class Quota
{
    /// <summary>Takes over what an answer says about a limit here. Comes after its attempt was settled.</summary>
    /// <returns>Whether a limit has become known or is another one now.</returns>
    public bool LearnNeedsLock(in QuotaObservation seen, VerdictKind kind, in Grant grant, double margin, long now)
    {
        bool isNews;
        if (AnnouncedBy(seen, now) is { } known)
        {
            LimitSpec before = known.Spec;
            known.Learn(seen, grant.At, margin, now);
            isNews = !ReferenceEquals(before, known.Spec);
        }
        else
        {
            isNews = TryAddAnnounced(seen, grant.At, margin, now);
            if (!isNews)
            {
                return false;
            }
        }

        if (Gate is { } gate && (kind == VerdictKind.Ok ? gate.IsTold(grant.At) : seen.Remaining == 0))
        {
            gate.EndRamp();
        }

        return isNews;
    }

    /// <summary>A limit that the provider announces holds calls back at this moment.</summary>
    public bool IsHeldByAnnouncedLimitNeedsLock(long now)
    {
        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            if (next is AnnouncedLimit announced && announced.FitsAt(1, now) > now)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>One of the limits is the rate that refusals have taught.</summary>
    private LearnedRate? FindRate()
    {
        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            if (next is LearnedRate rate)
            {
                return rate;
            }
        }

        return null;
    }

    /// <summary>One of the limits learns by itself.</summary>
    private bool Adapts()
    {
        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            if (next is AdaptiveLimit)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A refusal teaches the rate at which it came, where no limit is announced that will tell, and none that learns by itself.</summary>
    private void LearnRateNeedsLock(in GateClosing closing, long now)
    {
        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            if (next is LearnedRate known)
            {
                known.Refused(closing, now);
                return;
            }

            if (next is AnnouncedLimit)
            {
                return;
            }
        }

        if (!(closing.Hint > LearnedRate.LongestHint) && !Adapts() && !Account.Adapts())
        {
            Append(LearnedRate.AfterRefusal(Account.UnderWay, closing, now));
        }
    }

    /// <summary>The limit that an observation is about: that of its window, else the one that it may be about; null for one that is not known yet.</summary>
    private AnnouncedLimit? AnnouncedBy(in QuotaObservation seen, long now)
    {
        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            if (next is AnnouncedLimit known && known.Counts(seen))
            {
                if (known.NamedWindow == seen.Window)
                {
                    return known;
                }

                if (known.IsUnheard(now))
                {
                    Remove(known);
                }
            }
        }

        for (Limit? next = Limits; next is not null; next = next.Next)
        {
            if (next is AnnouncedLimit other && other.Counts(seen) && other.MaySpeak(seen))
            {
                return other;
            }
        }

        return null;
    }

    private bool TryAddAnnounced(in QuotaObservation seen, long takenAt, double margin, long now)
    {
        if (AnnouncedLimit.From(seen, now) is not { } announced)
        {
            return false;
        }

        announced.Learn(seen, takenAt, margin, now);
        if (seen.Unit == LimitUnit.Requests)
        {
            announced.Foresee(Account.UnderWay);
        }

        // Where the provider tells the limit nothing has to be felt out any more.
        if (FindRate() is { } rate)
        {
            Remove(rate);
        }

        Append(announced);
        Spread.Over(Limits, Account.IsSmooth);
        Paces = true;
        return true;
    }

    private void Append(Limit limit)
    {
        if (Limits is null)
        {
            Limits = limit;
            return;
        }

        Limit last = Limits;
        while (last.Next is { } next)
        {
            last = next;
        }

        last.Next = limit;
    }

    /// <summary>Takes a limit out of the list, and what makes it go evenly.</summary>
    private void Remove(Limit limit)
    {
        Limit? after = limit.Next is Spread spread ? spread.Next : limit.Next;
        if (Limits == limit)
        {
            Limits = after;
            return;
        }

        Limit before = Limits!;
        while (before.Next != limit)
        {
            before = before.Next!;
        }

        before.Next = after;
    }
}
