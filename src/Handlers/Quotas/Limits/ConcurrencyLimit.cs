namespace Handlers.Quotas;

/// <summary>So many under way at once, each until its body ends.</summary>
internal sealed class ConcurrencyLimit(LimitSpec spec, long since) : Limit(spec)
{
    private int _held;

    // How long a slot is usually held; a moving average over about eight attempts.
    private long _hold;

    public override long AmountOf(in Cost cost) => 1;

    public override long AmountOf(in Load load) => load.Count;

    public override long FitsAt(long amount, long now) => _held + amount <= Capacity ? now : Never;

    public override void Take(long amount, long now, long countedBy) => _held++;

    public override void Return(long amount, long takenAt, long now, bool foreseen) => LeaveSlot(takenAt);

    public override void Settle(long reserved, long actual, in Counting counting)
    {
    }

    public override void Release(long amount, long takenAt, long now)
    {
        LeaveSlot(takenAt);
        long hold = now - takenAt;
        _hold = _hold == 0 ? hold : _hold + ((hold - _hold) / 8);
    }

    public override long Forecast(long amount, long now, long lag)
    {
        long ahead = _held + amount - Capacity;
        return ahead <= 0 ? now : now + (long)(ahead / (double)Capacity * _hold);
    }

    public override long Free(long now) => Capacity - _held;

    public override long FullAt(long now) => _held == 0 ? now : Never;

    // An attempt that left before there was this limit holds no slot of it.
    private void LeaveSlot(long takenAt)
    {
        if (takenAt >= since)
        {
            _held--;
        }
    }
}
