namespace Handlers.Quotas;

/// <summary>When a call can be expected to go, and what it waits for until then: the slowest of all quotas it is charged to. Guarded by the account's lock.</summary>
internal struct Prospect
{
    private const string AuthorityPaused = "the upstream asked for a pause";

    private readonly CallPriority _priority;
    private readonly Reserve _reserve;
    private readonly long _now;

    public Prospect(QuotaAccount account, CallPriority priority, Reserve reserve, long now)
    {
        _priority = priority;
        _reserve = reserve.Binds(priority) ? reserve : default;
        _now = now;
        At = now;
        Blocking = account;
    }

    /// <summary>The expected tick; <see cref="Quotas.Limit.Never"/> when nobody knows.</summary>
    public long At { get; private set; }

    /// <summary>The quota that is the last to have room.</summary>
    public Quota Blocking { get; private set; }

    /// <summary>Its limit that has none; null for its gate.</summary>
    public Limit? Limit { get; private set; }

    /// <summary>How many go before it.</summary>
    public int Ahead { get; private set; }

    /// <summary>The upstream whose gate is waited for, rather than a quota.</summary>
    public string? Authority { get; private set; }

    /// <summary>Takes one of its quotas into account.</summary>
    /// <param name="quota">The quota.</param>
    /// <param name="cost">What the call takes of it.</param>
    /// <param name="ahead">What goes before the call.</param>
    /// <param name="lag">How long after its departure an attempt is usually taken as counted.</param>
    public void Consider(Quota quota, in Cost cost, in Load ahead, long lag)
    {
        long fits = quota.ForecastNeedsLock(cost, ahead, _now, lag, out Limit? slowest);
        if (_priority == CallPriority.Background && fits > _now && fits < Quotas.Limit.Never)
        {
            fits = _now + (long)((fits - _now) * quota.StretchNeedsLock(_now));
        }

        if (_reserve.Percent > 0 && _reserve.Forecast(quota.Limits, cost, ahead, _now, lag, out Limit? kept) is var leaves && leaves > fits)
        {
            (fits, slowest) = (leaves, kept);
        }

        if (fits > At)
        {
            At = fits;
            Blocking = quota;
            Limit = slowest;
            Ahead = ahead.Count;
        }
        else if (At <= _now)
        {
            Ahead = Math.Max(Ahead, ahead.Count);
        }
    }

    /// <summary>Takes its upstream's gate into account.</summary>
    public void Consider(AuthorityGate? authority)
    {
        if (authority?.Closed(_now) is { } pause && pause.Until > At)
        {
            At = pause.Until;
            Authority = authority.Authority;
        }
    }

    /// <summary>Where no forecast names what holds the call back: the quota that lets nobody go at this moment, until an attempt under way has been answered.</summary>
    public void Name(Quota quota, in Cost cost)
    {
        if (At <= _now && quota.FitsAtNeedsLock(cost, _now, out Limit? limit) is var fits && fits > _now)
        {
            At = fits;
            Blocking = quota;
            Limit = limit;
        }
    }

    /// <summary>What can be told of it; position and wait are those of now.</summary>
    public readonly Outlook ToOutlook() => new(
        Ahead + 1,
        At <= _now || At >= Quotas.Limit.Never ? null : TimeSpan.FromTicks(At - _now),
        Blocking,
        Limit,
        Authority,
        Authority is not null ? AuthorityPaused : Limit is null && Blocking.Gate is { Why.Length: > 0 } gate ? gate.Why : null,
        _reserve);
}
