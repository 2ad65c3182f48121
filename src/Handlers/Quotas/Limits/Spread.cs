namespace Handlers.Quotas;

/// <summary>
/// Makes another limit go evenly (<see cref="PacingMode.Smooth"/>): it stands behind that one in the list of its quota, and lets the next attempt go only when
/// the share of time has passed that the last one took of what there was.
/// </summary>
/// <remarks>
/// Nothing is planned ahead: each time the question is what is left now until when. So a window that others spend too, that was corrected by an answer or that
/// nobody used for a while is spread anew, and an end that comes as a surprise hurts nobody.
/// </remarks>
internal sealed class Spread(Limit of) : Limit(of.Spec)
{
    /// <summary>Timers are late by some milliseconds: what goes late by no more does not delay those after it.</summary>
    private static readonly long Grain = TimeSpan.FromMilliseconds(20).Ticks;

    // The last attempt: what it took, when it left, and when its turn was. Then the same of the one before it.
    private Turn _last = new(0, -Far, -Far);
    private Turn _before = new(0, -Far, -Far);

    /// <summary>The limit that goes evenly.</summary>
    public Limit Of => of;

    public override long Capacity => of.Capacity;

    public override double Rate => of.Rate;

    /// <summary>Whether a limit can be spread: one that counts how much goes in a time, and does not go evenly by itself.</summary>
    public static bool Suits(Limit limit) => limit is not (Spread or LearnedRate or MinInterval or ConcurrencyLimit);

    /// <summary>Puts a spread behind each limit of a list, or takes them out again. Those that there are keep what they know.</summary>
    /// <param name="first">The list.</param>
    /// <param name="wanted">Whether its limits are to go evenly.</param>
    /// <param name="known">Spreads that the list had before it was made anew.</param>
    public static void Over(Limit? first, bool wanted, List<Spread>? known = null)
    {
        for (Limit? limit = first; limit is not null; limit = limit.Next)
        {
            if (limit.Next is Spread there)
            {
                limit.Next = wanted ? there : there.Next;
            }
            else if (wanted && Suits(limit))
            {
                Spread spread = known?.Find(s => ReferenceEquals(s.Of, limit)) ?? new Spread(limit);
                spread.Next = limit.Next;
                limit.Next = spread;
            }
        }
    }

    public override long FitsAt(long amount, long now) => Math.Max(now, Due(now));

    public override void Take(long amount, long now, long countedBy)
    {
        long due = Due(now);
        _before = _last;
        _last = new Turn(amount, now, due <= now && due > now - Grain ? due : now);
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen) => _last = _last.Left == takenAt ? _before : _last;

    public override void Settle(long reserved, long actual, in Counting counting) =>
        _last = _last.Left == counting.TakenAt ? _last with { Amount = actual } : _last;

    public override long Forecast(long amount, long now, long lag) => Forecast(amount, 0, now, lag);

    public override long Forecast(long amount, long ahead, long now, long lag)
    {
        long start = FitsAt(amount, now);
        if (of.Window(now) is var (_, until, left) && until > start)
        {
            if (ahead < left)
            {
                return start + (long)((until - start) * (ahead / (double)left));
            }

            ahead -= left;
            start = until;
        }

        return start + (long)Math.Min(ahead / Rate, Far);
    }

    public override long Free(long now) => Due(now) <= now ? of.Free(now) : 0;

    public override long FullAt(long now) => FitsAt(1, now);

    public override string ToString() => $"{of}, spread evenly";

    /// <summary>When the next one's turn is, as it looks now.</summary>
    private long Due(long now)
    {
        double pause = _last.Amount / Rate;
        if (of.Window(now) is var (since, until, left))
        {
            // The first of a window goes when it begins: it brings the first word on when the window ends.
            if (_last.Due < since)
            {
                return since;
            }

            if (until > _last.Due)
            {
                pause = (until - _last.Due) * (_last.Amount / (double)Math.Max(1, left + _last.Amount));
            }
        }

        return _last.Due + (long)Math.Min(pause, Far);
    }

    private readonly record struct Turn(long Amount, long Left, long Due);
}
