namespace Handlers.Quotas;

/// <summary>How fast a quota is spent: what was taken of it lately. Guarded by the account's lock.</summary>
/// <remarks>Two spans of time, the present one and the one before: as the present one goes on, the earlier one counts less and less.</remarks>
internal sealed class Pace
{
    private const long Shortest = TimeSpan.TicksPerSecond;
    private const long Span = 15 * TimeSpan.TicksPerSecond;

    private readonly long _since;
    private long _start;
    private Cost _taken;
    private Cost _before;

    public Pace(long now) => _since = _start = now;

    public void Add(in Cost cost, long now)
    {
        Roll(now);
        _taken = new Cost(_taken.Requests + cost.Requests, _taken.Tokens + cost.Tokens, _taken.Points + cost.Points, _taken.Bytes + cost.Bytes);
    }

    /// <summary>Units per tick; 0 while nothing is spent.</summary>
    public double Of(LimitUnit unit, long now)
    {
        Roll(now);
        double earlier = _before.In(unit) * ((Span - (now - _start)) / (double)Span);
        return (_taken.In(unit) + earlier) / Math.Clamp(now - _since, Shortest, Span);
    }

    private void Roll(long now)
    {
        if (now - _start < Span)
        {
            return;
        }

        _before = now - _start < 2 * Span ? _taken : default;
        _taken = default;
        _start = now - ((now - _start) % Span);
    }
}
