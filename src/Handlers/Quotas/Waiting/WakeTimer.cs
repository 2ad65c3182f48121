namespace Handlers.Quotas;

/// <summary>The one timer of an account in which somebody waits: it wakes the account at a tick or a little later, and is made when it is first needed. Guarded by the account's lock.</summary>
internal struct WakeTimer(QuotaAccount account) : IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private ITimer? _timer;
    private long _setFor = Limit.Never;

    public readonly bool IsSet => _setFor != Limit.Never;

    public void Set(long at, long now)
    {
        if (at == _setFor)
        {
            return;
        }

        _setFor = at;
        TimeSpan due = at == Limit.Never ? Timeout.InfiniteTimeSpan : DueIn(at - now);
        if (_timer is null)
        {
            _timer = account.Ledger.Clock.Provider.CreateTimer(static account => ((QuotaAccount)account!).Wake(), account, due, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    public void Fired() => _setFor = Limit.Never;

    public readonly void Dispose() => _timer?.Dispose();

    /// <summary>Timers count whole milliseconds and fire early: rounded up, and whoever is woken looks at the clock again.</summary>
    private static TimeSpan DueIn(long wait)
    {
        long milliseconds = Math.Max(1, (wait + TimeSpan.TicksPerMillisecond - 1) / TimeSpan.TicksPerMillisecond);
        return TimeSpan.FromMilliseconds(Math.Min(milliseconds, (long)Longest.TotalMilliseconds));
    }
}
