using System.Globalization;

namespace Handlers.Quotas;

/// <summary>The share of every limit, in percent, that a client's calls leave to interactive ones (<see cref="PacingMode.Reserve"/>); 0 for none.</summary>
internal readonly record struct Reserve(double Percent)
{
    /// <summary>From this priority on calls leave room for others, here or out of <see cref="Courtesy"/>.</summary>
    public CallPriority YieldsFrom => Percent > 0 ? CallPriority.Normal : CallPriority.Background;

    /// <summary>Whether a call of this priority leaves room for others.</summary>
    public bool Binds(CallPriority priority) => Percent > 0 && priority != CallPriority.Interactive;

    /// <summary>When an attempt of this cost can go and leave the reserve behind it; one that is too large for that when nothing else is taken.</summary>
    public long FitsAt(Limit? limits, in Cost cost, long now, out Limit? last)
    {
        long at = now;
        last = null;
        for (Limit? limit = limits; limit is not null; limit = limit.Next)
        {
            if (limit.AmountOf(cost) is > 0 and var amount && Of(limit) is > 0 and var kept
                && limit.FitsAt(Math.Min(amount + kept, limit.Capacity), now) is var fits && fits > at)
            {
                at = fits;
                last = limit;
            }
        }

        return at;
    }

    /// <summary>When an attempt could go that comes after <paramref name="ahead"/>, if all of them leave the reserve.</summary>
    public long Forecast(Limit? limits, in Cost cost, in Load ahead, long now, long lag, out Limit? last)
    {
        long at = now;
        last = null;
        for (Limit? limit = limits; limit is not null; limit = limit.Next)
        {
            if (limit.AmountOf(cost) is > 0 and var amount && Of(limit) is > 0 and var kept)
            {
                long all = amount + limit.AmountOf(ahead);

                // What refills bit by bit is kept back once, a window's share in every window.
                long rounds = limit.Spec.Kind is LimitKind.TokenBucket or LimitKind.Concurrency ? 1 : 1 + ((all - 1) / Math.Max(1, limit.Capacity - kept));
                long fits = limit.Forecast(all + (kept * rounds), now, lag);
                if (fits > at)
                {
                    at = fits;
                    last = limit;
                }
            }
        }

        return at;
    }

    /// <summary>A limit as somebody reads it who waits for it.</summary>
    public string Describe(Limit limit) =>
        Of(limit) > 0 ? string.Create(CultureInfo.InvariantCulture, $"{limit}, {Percent:0.##} % of it left to interactive calls") : limit.ToString();

    /// <summary>What is kept of a limit: all but one of it at most.</summary>
    public long Of(Limit limit) =>
        Percent <= 0 || limit is Spread or LearnedRate or MinInterval ? 0 : Math.Min((long)Math.Ceiling(limit.Capacity * (Percent / 100)), limit.Capacity - 1);
}
