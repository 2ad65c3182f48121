namespace Handlers.Quotas;

/// <summary>
/// The rate at which a quota is spent that has a limit nobody announces: ten a second, doubled after each minute that was used without a refusal, halved by one.
/// </summary>
internal sealed class SlowStart(long now) : SlidingWindow(LimitSpec.Sliding(First, TimeSpan.FromSeconds(1)))
{
    private const long First = 10;
    private const long Fastest = 10_000;

    private long _since = now;

    public override void Take(long amount, long now, long countedBy)
    {
        if (now - _since >= TimeSpan.TicksPerMinute)
        {
            To(Math.Min(Fastest, Capacity * 2), now);
        }

        base.Take(amount, now, countedBy);
    }

    /// <summary>The provider refused: once for each time that the gate closes, however many refusals come with it.</summary>
    public void Refused(long now) => To(Math.Max(1, Capacity / 2), now);

    private void To(long rate, long now)
    {
        Adjust(LimitSpec.Sliding(rate, TimeSpan.FromSeconds(1)), now);
        _since = now;
    }
}
