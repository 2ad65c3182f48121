namespace Handlers.Quotas;

/// <summary>
/// What a call is charged, one quota after the other: its account's first, then those of its lane. Quotas that hold nobody back are passed over.
/// Good for one pass; a call goes when all of them have room.
/// </summary>
internal ref struct Charged
{
    private readonly QuotaAccount _account;
    private readonly Lane? _lane;
    private readonly ReadOnlySpan<LaneQuota> _others;
    private readonly Charge _charge;
    private int _next = -1;

    public Charged(QuotaAccount account, Lane? lane, in Charge charge)
    {
        _account = account;
        _lane = lane;
        _others = lane is null ? [] : lane.Quotas;
        _charge = charge;
    }

    public readonly Quota Quota => _next == 0 ? _account : _others[_next - 1].Quota;

    public readonly Cost Cost => _charge.At(_next > 0 ? _others[_next - 1].Use : _lane is null ? Charge.IndexOf(_charge.Uses, QuotaKey.AllResources) : _lane.Shape.AccountUse);

    /// <summary>Goes on to the next quota; false when there is none.</summary>
    public bool MoveNext()
    {
        while (++_next <= _others.Length)
        {
            if (Quota.Paces)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The earliest tick at which all of them have room, and the one that is the last to.</summary>
    public long FitsAtNeedsLock(long now, out Quota? last)
    {
        long at = now;
        last = null;
        while (MoveNext())
        {
            Quota quota = Quota;
            long fits = quota.FitsAtNeedsLock(Cost, now, out _);
            if (fits > at)
            {
                at = fits;
                last = quota;
            }
        }

        return at;
    }

    /// <summary>When a call that leaves room may go, for the sake of more urgent calls to come.</summary>
    public long YieldsUntilNeedsLock(CallPriority priority, Reserve reserve, long now)
    {
        long at = now;
        while (MoveNext())
        {
            at = Math.Max(at, Quota.YieldsUntilNeedsLock(Cost, priority, reserve, now));
        }

        return at;
    }
}
