namespace Handlers.Quotas;

/// <summary>A least time between two starts, whatever they cost.</summary>
internal sealed class MinInterval(LimitSpec spec) : Limit(spec)
{
    private long _last = long.MinValue / 2;
    private long _before = long.MinValue / 2;

    public override long AmountOf(in Cost cost) => 1;

    public override long AmountOf(in Load load) => load.Count;

    public override long FitsAt(long amount, long now) => Math.Max(now, _last + Spec.Period.Ticks);

    public override void Take(long amount, long now, long countedBy)
    {
        _before = _last;
        _last = now;
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen)
    {
        if (takenAt == _last)
        {
            _last = _before;
        }
    }

    public override void Settle(long reserved, long actual, in Counting counting)
    {
    }

    public override long Forecast(long amount, long now, long lag) => Later(FitsAt(1, now), amount - 1, Spec.Period.Ticks);

    public override long Free(long now) => FitsAt(1, now) <= now ? 1 : 0;

    public override long FullAt(long now) => FitsAt(1, now);
}
