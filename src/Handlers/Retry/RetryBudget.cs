namespace Handlers.Retry;

/// <summary>
/// Bounds the retries of one account, shared by all its callers, so that a failing upstream is not met with a multiple of the usual load.
/// </summary>
/// <remarks>
/// Why a budget and not only a count per call: with three retries each, an outage quadruples the load just when the upstream can bear it least; with a
/// budget of 0.5 it grows by half, whatever each call would like. The floor lets an app with few calls retry at all.
/// <para>
/// Seconds are counted in buckets. Retries are added up over the 61 latest buckets (at least the last 60 s), calls over the latest 60 (at most
/// the last 60 s), so that the rounding errs on the side of the upstream: at each retry, retries of the last 60 s ≤ ratio × calls of the last 60 s + minimum.
/// A retry taken is not given back.
/// </para>
/// </remarks>
internal sealed class RetryBudget(RetryBudgetSettings settings, TimeProvider time)
{
    private const int CallSeconds = 60;
    private const int RetrySeconds = 61;

    private readonly long _created = time.GetTimestamp();
    private readonly long _frequency = time.TimestampFrequency;
    private readonly RollingCount _calls = new(CallSeconds);
    private readonly RollingCount _retries = new(RetrySeconds);
    private readonly Lock _taking = new();
    private uint _summed;
    private long _earlierCalls;
    private long _earlierRetries;
    private volatile RetryBudgetSettings _settings = settings;

    /// <summary>Counts one call, not its retries.</summary>
    public void RecordCall() => RecordCall(time.GetTimestamp());

    /// <summary>Counts one call that began at <paramref name="timestamp"/>, for callers that have looked at the clock already. Takes no lock.</summary>
    public void RecordCall(long timestamp) => _calls.Add(Second(timestamp));

    /// <summary>Takes one retry out of the budget; false when none is left.</summary>
    public bool TryTake()
    {
        lock (_taking)
        {
            uint now = Second(time.GetTimestamp());
            SumUpNeedsLock(now);
            if (Available(_earlierCalls + _calls.Sum(now, 1), _earlierRetries + _retries.Sum(now, 1)) < 1)
            {
                return false;
            }

            _retries.Add(now);
            return true;
        }
    }

    /// <summary>It has been forgotten: whoever remembers it asks for the account's budget again.</summary>
    public bool IsRetired { get; private set; }

    /// <summary>Marks it forgotten when nothing counts here that a new one would not know.</summary>
    public bool TryRetire()
    {
        uint now = Second(time.GetTimestamp());
        return IsRetired = IsRetired || (_calls.Sum(now, CallSeconds) == 0 && _retries.Sum(now, RetrySeconds) == 0);
    }

    /// <summary>Changes ratio and minimum; what was counted stays.</summary>
    public void Adjust(RetryBudgetSettings settings) => _settings = settings;

    public RetryBudgetSnapshot Snapshot()
    {
        uint now = Second(time.GetTimestamp());
        long calls = _calls.Sum(now, CallSeconds);
        long retries = _retries.Sum(now, RetrySeconds);
        return new RetryBudgetSnapshot(calls, retries, Math.Max(0, (long)Available(calls, retries)));
    }

    /// <summary>
    /// Adds up the seconds that are over, once a second: summed anew, a retry would hold the lock for 260 ns, and in an outage everybody wants it. A call that is
    /// noted late for one of them counts from the next second on.
    /// </summary>
    private void SumUpNeedsLock(uint now)
    {
        if (_summed != now)
        {
            _summed = now;
            _earlierCalls = _calls.Sum(now - 1, CallSeconds - 1);
            _earlierRetries = _retries.Sum(now - 1, RetrySeconds - 1);
        }
    }

    private double Available(long calls, long retries)
    {
        RetryBudgetSettings now = _settings;
        return (now.Ratio * calls) + now.Minimum - retries;
    }

    // A call may have begun before the budget came into being.
    private uint Second(long timestamp) => (uint)Math.Max(0, (timestamp - _created) / _frequency);
}
