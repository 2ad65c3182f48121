namespace Handlers.Quotas;

/// <summary>A bucket that refills evenly: one tick (when it will be full), O(1).</summary>
/// <remarks>
/// The provider's bucket begins to refill when the first attempt reaches it, ours must not begin before. So a full bucket freezes when an attempt is taken
/// from it, until an answer to it or a later one proves that it arrived. From then on ours is never fuller than the provider's, whatever the delays: both refill
/// at one rate, and ours pays at departure, before the provider's does.
/// </remarks>
internal sealed class TokenBucket(LimitSpec spec, long since) : Limit(spec, since)
{
    private const long NotFrozen = long.MinValue;

    private long _fullAt = since;
    private long _frozenAt = NotFrozen;

    public override long Capacity => Spec.Burst;

    private bool IsFrozen => _frozenAt != NotFrozen;

    public override long FitsAt(long amount, long now)
    {
        long fits = Missing(now) + Refill(amount) - Refill(Capacity);
        return fits <= 0 ? now : IsFrozen ? Never : now + fits;
    }

    public override void Take(long amount, long now)
    {
        if (!IsFrozen && _fullAt <= now)
        {
            _frozenAt = now;
            _fullAt = now;
        }

        _fullAt += Refill(amount);
    }

    public override void Return(long amount, long takenAt, long now)
    {
        _fullAt -= Refill(amount);
        if (IsFrozen && _fullAt <= _frozenAt)
        {
            _frozenAt = NotFrozen;
        }
    }

    public override void Settle(long reserved, long actual, long takenAt, long countedBy)
    {
        if (IsFrozen && takenAt >= _frozenAt)
        {
            _fullAt += Math.Max(0, countedBy - _frozenAt);
            _frozenAt = NotFrozen;
        }

        _fullAt += Refill(actual) - Refill(reserved);
    }

    public override long Forecast(long amount, long now) => now + Math.Max(0, Missing(now) + Refill(amount) - Refill(Capacity));

    public override long Free(long now) => (long)((Refill(Capacity) - Missing(now)) / (double)Spec.Period.Ticks * Spec.Amount);

    public override long FullAt(long now) => now + Missing(now);

    public override void Adjust(LimitSpec changed)
    {
        // The amounts taken stay taken; how long they need to come back follows the new rate.
        long from = IsFrozen ? _frozenAt : Math.Max(Since, _fullAt - Refill(Capacity));
        double taken = (_fullAt - from) / (double)Spec.Period.Ticks * Spec.Amount;
        base.Adjust(changed);
        _fullAt = from + (long)Math.Ceiling(taken * changed.Period.Ticks / changed.Amount);
    }

    private long Missing(long now) => Math.Max(0, _fullAt - (IsFrozen ? _frozenAt : now));

    // Rounded up: a bucket may be a tick late for each attempt, never early.
    private long Refill(long amount) => (long)Math.Min(Math.Ceiling(amount * (double)Spec.Period.Ticks / Spec.Amount), Far);
}
