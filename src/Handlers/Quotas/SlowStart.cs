namespace Handlers.Quotas;

/// <summary>
/// The rate at which a quota is spent that has a limit nobody announces: ten a second, doubled after each minute that was used without a refusal, halved by one.
/// </summary>
/// <remarks>Evenly, not ten at once: then the limit is met by one attempt, and the others of the ten need not be refused with it.</remarks>
internal sealed class SlowStart(long now) : Limit(LimitSpec.Sliding(First, TimeSpan.FromSeconds(1)))
{
    private const long First = 10;
    private const long Fastest = 10_000;

    private long _since = now;
    private long _next;
    private long _before;
    private long _used;

    private long Pause => Spec.Period.Ticks / Spec.Amount;

    public override long FitsAt(long amount, long now) => Math.Max(now, _next);

    public override void Take(long amount, long now, long countedBy)
    {
        // Half of what a minute allows must have gone: idling, or waiting behind a gate, proves nothing.
        _used += amount;
        if (now - _since >= TimeSpan.TicksPerMinute)
        {
            To(_used >= Capacity * 30 ? Math.Min(Fastest, Capacity * 2) : Capacity, now);
        }

        _before = _next;
        _next = Math.Max(_next, now) + (amount * Pause);
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen) => _next = _next == takenAt + (amount * Pause) ? _before : _next;

    public override void Settle(long reserved, long actual, in Counting counting)
    {
    }

    /// <summary>The provider refused: once for each time that the gate closes, however many refusals come with it.</summary>
    /// <param name="now">Now.</param>
    /// <param name="until">When the gate opens: a minute in which nobody may go proves nothing.</param>
    public void Refused(long now, long until)
    {
        To(Math.Max(1, Capacity / 2), now);
        _since = until;
    }

    public override long Forecast(long amount, long now, long lag) => Later(Math.Max(now, _next), amount - 1, Pause);

    public override long Free(long now) => _next <= now ? 1 : 0;

    public override long FullAt(long now) => Math.Max(now, _next);

    private void To(long rate, long now)
    {
        Adjust(LimitSpec.Sliding(rate, TimeSpan.FromSeconds(1)), now);
        _since = now;
        _used = 0;
    }
}
