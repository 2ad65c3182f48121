namespace Handlers.Quotas;

/// <summary>A window whose end the provider announces, with a count of what is left in it.</summary>
/// <remarks>
/// After the end nothing is known but the limit: a new window is assumed, in which what is under way has been counted already. Its end is a guess until the first
/// answer names it. An answer may be old when it comes: it begins a window only if it names a later end even when it was written the moment its attempt left, and what
/// may speak of a window that is over is left aside, unless its attempt left in this one.
/// </remarks>
internal sealed class AnnouncedWindow : AnnouncedLimit
{
    /// <summary>The window is taken as over a moment late, for timers and clocks.</summary>
    private static readonly long Late = TimeSpan.FromMilliseconds(50).Ticks;

    // Until the announcement itself has been taken over there is no window that it could be older than.
    private bool _isNew = true;

    private long _since;
    private long _end;
    private bool _isEndGuessed = true;
    private long _free;
    private long _lowest;

    // Counted by the provider since the window began, with no answer that said what was left.
    private long _unseen;
    private long _lastSettled;

    // Under way when the limit was announced: none of them was taken here.
    private long _foreseen;

    public AnnouncedWindow(LimitSpec spec, long now)
        : base(spec, now)
    {
        _since = now;
        _free = _lowest = spec.Amount;
        _end = now + spec.Period.Ticks;
    }

    protected override long Full => Spec.Amount;

    // Server dates have whole seconds: two answers of one window may name ends that far apart.
    private long Tolerance => Math.Min(2 * TimeSpan.TicksPerSecond, Spec.Period.Ticks / 2);

    public override long FitsAt(long amount, long now)
    {
        Roll(now);
        return amount <= _free - Margin ? now : _end;
    }

    public override void Take(long amount, long now, long countedBy)
    {
        Roll(now);
        _free -= amount;
        Open += amount;
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen)
    {
        Roll(now);
        _free += amount;
        if (takenAt >= Born)
        {
            Open = Math.Max(0, Open - amount);
        }
    }

    public override void Settle(long reserved, long actual, in Counting counting)
    {
        Roll(counting.EndedAt);
        if (counting.TakenAt >= Born)
        {
            Open = Math.Max(0, Open - reserved);
        }

        _free += reserved - actual;
        _unseen += actual;
        _lastSettled = actual;
    }

    public override long Forecast(long amount, long now, long lag)
    {
        Roll(now);
        long rest = amount - Math.Max(0, _free - Margin);
        return rest <= 0 ? now : Later(_end, (rest - 1) / Capacity, Spec.Period.Ticks);
    }

    public override (long Since, long Until, long Left)? Window(long now)
    {
        long left = Free(now);
        return (_since, _end, left);
    }

    public override long Free(long now)
    {
        Roll(now);
        return Math.Max(0, _free - Margin);
    }

    public override long FullAt(long now)
    {
        Roll(now);
        return _free >= Full ? now : _end;
    }

    public override void Foresee(long amount)
    {
        _foreseen = amount;
        _free -= amount;
    }

    protected override void Resize(long limit, TimeSpan period, long now)
    {
        Roll(now);
        long difference = limit - Full;
        Adjust(LimitSpec.Window(limit, period, Unit), now);
        _free += difference;
        _lowest += Math.Max(0, difference);
    }

    protected override void Correct(in QuotaObservation seen, long takenAt, long now)
    {
        Roll(now);
        if (seen.Reset == TimeSpan.Zero)
        {
            return;
        }

        if (seen.Reset > TimeSpan.Zero)
        {
            // Where no window is declared the first answer's reset was only the rest of one.
            if (seen.Reset > Spec.Period)
            {
                Adjust(LimitSpec.Window(Full, WholeSeconds(seen.Reset), Unit), now);
            }

            // It was written at some time between departure and now, so the end that it names lies between these two.
            long earliest = takenAt + seen.Reset.Ticks;
            long latest = now + seen.Reset.Ticks + Late;
            if (!_isNew && takenAt < _since && (earliest <= _since + Tolerance || (!_isEndGuessed && latest < _end - Tolerance)))
            {
                return;
            }

            if (!_isEndGuessed && earliest > _end + Tolerance)
            {
                Begin(now);
                _isEndGuessed = true;
            }

            _end = _isEndGuessed ? latest : Math.Min(_end, latest);
            _isEndGuessed = false;
        }

        _isNew = false;
        if (takenAt < Born)
        {
            _foreseen = Math.Max(0, _foreseen - 1);
        }

        _unseen = Math.Max(0, _unseen - _lastSettled);
        _lastSettled = 0;
        _lowest = Math.Min(_lowest, seen.Remaining);

        // With nothing under way the lowest word has counted all there was.
        _free = Open + _foreseen == 0 ? _lowest - _unseen : Math.Min(_free, seen.Remaining - Open);
    }

    private void Roll(long now)
    {
        if (now >= _end)
        {
            Begin(now);
            _end = now + Spec.Period.Ticks;
            _isEndGuessed = true;
        }
    }

    private void Begin(long now)
    {
        _since = now;
        _free = Full - Open;
        _lowest = Full;
        _unseen = 0;
        _foreseen = 0;
        _lastSettled = 0;
    }
}
