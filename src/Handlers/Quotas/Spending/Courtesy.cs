namespace Handlers.Quotas;

/// <summary>
/// How background work leaves room in a quota for more urgent calls that are expected: it keeps a reserve free, and goes evenly. A clump of it would fill
/// the limit, and the next urgent call would have to wait for the clump to expire. Guarded by the account's lock.
/// </summary>
/// <remarks>
/// Holds for limits of up to a minute, in which a wait is a matter of seconds. A part of a longer window is kept free by <c>Reserve</c>.
/// </remarks>
internal sealed class Courtesy
{
    // What is expected is what came lately; older calls count less and less.
    private const double Memory = 10 * TimeSpan.TicksPerSecond;

    // One urgent call in twenty periods is nothing to wait for.
    private const double Few = 0.05;

    // Within limits as short as this going evenly costs nobody anything.
    private static readonly TimeSpan AnyHow = TimeSpan.FromSeconds(2);

    private double _requests;
    private double _tokens;
    private double _points;
    private double _bytes;
    private readonly long _since;
    private long _at;
    private long _next;

    public Courtesy(long now) => _since = _at = now;

    /// <summary>When a background attempt may go: after a pause since the last one, and where a reserve stays.</summary>
    public long FitsAt(Limit? limits, in Cost cost, long now)
    {
        Forget(now);
        long at = Math.Max(now, _next);
        for (Limit? limit = limits; limit is not null; limit = limit.Next)
        {
            if (limit.AmountOf(cost) is > 0 and var amount && Reserve(limit) is > 0 and var reserve)
            {
                at = Math.Max(at, limit.FitsAt(Math.Min(amount + reserve, limit.Capacity), now));
            }
        }

        return at;
    }

    /// <summary>How many times longer background work takes for the reserve.</summary>
    public double Stretch(Limit? limits, long now)
    {
        Forget(now);
        double most = 1;
        for (Limit? limit = limits; limit is not null; limit = limit.Next)
        {
            most = Math.Max(most, limit.Capacity / (double)Math.Max(1, limit.Capacity - Reserve(limit)));
        }

        return most;
    }

    /// <summary>An attempt of somebody more urgent went.</summary>
    public void Count(in Cost cost, long now)
    {
        Forget(now);
        _requests += cost.Requests;
        _tokens += cost.Tokens;
        _points += cost.Points;
        _bytes += cost.Bytes;
    }

    /// <summary>A background attempt went.</summary>
    public void Take(Limit? limits, in Cost cost, long now)
    {
        Forget(now);
        double pause = 0;
        for (Limit? limit = limits; limit is not null; limit = limit.Next)
        {
            if (limit.AmountOf(cost) is > 0 and var amount && IsRate(limit) && (limit.Spec.Period <= AnyHow || Reserve(limit) > 0))
            {
                pause = Math.Max(pause, amount * (double)limit.Spec.Period.Ticks / limit.Capacity);
            }
        }

        _next = pause > 0 ? Math.Max(_next, now) + (long)pause : 0;
    }

    /// <summary>What background work leaves of a limit. Urgent calls come at random: one standard deviation of what a period brings, half of the limit at most.</summary>
    private long Reserve(Limit limit)
    {
        if (!IsRate(limit))
        {
            return 0;
        }

        double memory = Memory * (1 - Math.Exp((_since - _at - TimeSpan.TicksPerSecond) / Memory));
        double urgent = Lately(limit.Unit) / memory * limit.Spec.Period.Ticks;
        return urgent < Few ? 0 : Math.Min((long)Math.Ceiling(Math.Sqrt(urgent)), limit.Capacity / 2);
    }

    private static bool IsRate(Limit limit) =>
        limit.Spec.Kind is not (LimitKind.MinInterval or LimitKind.Concurrency) && limit.Spec.Period <= TimeSpan.FromMinutes(1);

    private double Lately(LimitUnit unit) => unit switch
    {
        LimitUnit.Requests => _requests,
        LimitUnit.Tokens => _tokens,
        LimitUnit.Points => _points,
        _ => _bytes,
    };

    private void Forget(long now)
    {
        double kept = Math.Exp((_at - now) / Memory);
        _requests *= kept;
        _tokens *= kept;
        _points *= kept;
        _bytes *= kept;
        _at = now;
    }
}
