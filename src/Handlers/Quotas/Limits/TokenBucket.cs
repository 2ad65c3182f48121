namespace Handlers.Quotas;

/// <summary>A bucket that refills evenly: one tick (when it will be full) and what is under way, O(1).</summary>
/// <remarks>
/// What is under way is paid twice over: it is not there for others, and it does not refill before it has been counted. An amount that was charged at departure
/// and had refilled by the time it arrives would be spent again.
/// </remarks>
internal sealed class TokenBucket(LimitSpec spec) : Limit(spec)
{
    private long _fullAt;
    private long _open;

    public override long Capacity => Spec.Burst;

    public override double Rate => Spec.Amount / (double)Spec.Period.Ticks;

    public override long FitsAt(long amount, long now) =>
        _open + amount > Capacity ? Never : now + Math.Max(0, Missing(now) + Refill(_open + amount) - Refill(Capacity));

    public override void Take(long amount, long now, long countedBy)
    {
        if (countedBy == Never)
        {
            _open += amount;
        }
        else
        {
            _fullAt = Math.Max(_fullAt, countedBy) + Refill(amount);
        }
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen)
    {
        if (foreseen)
        {
            _fullAt -= Refill(amount);
        }
        else
        {
            _open = Math.Max(0, _open - amount);
        }
    }

    public override void Settle(long reserved, long actual, in Counting counting)
    {
        if (!counting.Foreseen)
        {
            _open = Math.Max(0, _open - reserved);
            _fullAt = Math.Max(_fullAt, counting.By) + Refill(actual);
            return;
        }

        // Counted later than foreseen: what had refilled by then had not been taken yet.
        _fullAt = counting.IsLate ? Math.Max(_fullAt, counting.By + Refill(reserved)) : _fullAt;
        _fullAt += actual > reserved ? Refill(actual - reserved) : -Refill(reserved - actual);
    }

    public override long Forecast(long amount, long now, long lag) => now + Math.Max(0, Missing(now) + Refill(_open + amount) - Refill(Capacity));

    public override long Free(long now) => (long)((Refill(Capacity) - Missing(now)) / (double)Spec.Period.Ticks * Spec.Amount) - _open;

    public override long FullAt(long now) => _open > 0 ? Never : now + Missing(now);

    public override void Adjust(LimitSpec changed, long now)
    {
        // The amounts taken stay taken; how long they need to come back follows the new rate.
        double taken = Missing(now) / (double)Spec.Period.Ticks * Spec.Amount;
        base.Adjust(changed, now);
        _fullAt = now + (long)Math.Ceiling(taken * changed.Period.Ticks / changed.Amount);
    }

    private long Missing(long now) => Math.Max(0, _fullAt - now);

    // Rounded up: a bucket may be a tick late for each attempt, never early.
    private long Refill(long amount) => (long)Math.Min(Math.Ceiling(amount * (double)Spec.Period.Ticks / Spec.Amount), Far);
}
