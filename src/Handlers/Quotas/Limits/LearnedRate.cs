namespace Handlers.Quotas;

/// <summary>The rate at which a quota is spent that has a limit nobody announces. Refusals teach it; between them it grows, and everybody goes evenly.</summary>
/// <remarks>
/// <list type="table">
/// <item><term>searching</term><description>no refusal has told the rate yet: doubled after each <c>doubling</c> in use.</description></item>
/// <item><term>found</term><description>refused at W: back at 0.85 W, then along a cube to W after <c>recovery</c> in use, and beyond it ever faster.</description></item>
/// <item><term>of no account</term><description>refusals come whatever the pace (<see cref="SlowingEffect"/>): searching again, and no refusal lowers it.</description></item>
/// </list>
/// W is what went in the time that the provider asks to wait, for that is the time in which its limit clears: 45 in the second before a refusal with
/// <c>Retry-After: 1</c> are 45/s, and 80 in the minute before one with <c>60</c> are 80 a minute, however fast they went.
/// Evenly, not all of a second at once: then the limit is met by one attempt, and the others need not be refused with it.
/// See docs/decisions/learned-rate.md.
/// </remarks>
internal sealed class LearnedRate : Limit
{
    /// <summary>A longer wait is the rest of a long window, in which the pace makes no difference.</summary>
    public static readonly TimeSpan LongestHint = TimeSpan.FromMinutes(1);

    private const double First = 10;
    private const double Slowest = 1.0 / 60;
    private const double Fastest = 10_000;
    private const double Back = 0.85;
    private const long ShortestSpan = TimeSpan.TicksPerSecond;

    // Fewer than these say little about a rate.
    private const long Enough = 10;

    // A provider that asks for more costs more per refusal: it is approached more slowly, so that refusals cost about a twentieth of the time.
    private const int RecoveryPerPause = 20;

    private static readonly long Memory = TimeSpan.FromMinutes(10).Ticks;
    private static readonly long ShortestRecovery = TimeSpan.FromSeconds(20).Ticks;
    private static readonly long LongestRecovery = TimeSpan.FromMinutes(5).Ticks;
    private static readonly long LongestDoubling = TimeSpan.FromSeconds(10).Ticks;

    // Timers are late by so much: what was missed by it is caught up with.
    private static readonly long Slack = TimeSpan.FromMilliseconds(10).Ticks;

    private readonly SendCounts _sent = new();
    private readonly SlowingEffect _effect = new();
    private readonly long _doubling;
    private double _rate;
    private double _found;
    private long _growing;
    private long _recovery;
    private long _next;
    private long _before;
    private long _last;
    private long _slowedAt;
    private long _backAt;
    private long _measuredFrom;
    private long _taken;
    private long _goneBefore;
    private long _echoes;

    private LearnedRate(double rate, long doubling, long now)
        : base(SpecOf(rate))
    {
        _rate = rate;
        _doubling = doubling;
        _next = _last = now;
    }

    /// <summary>Some attempt was refused: the rate is more than a careful beginning.</summary>
    public bool WasRefused { get; private set; }

    /// <summary>Slowing down spares refusals; false while they seem to have nothing to do with the pace.</summary>
    public bool Paces => !_effect.IsNone;

    private long Pause => (long)(TimeSpan.TicksPerSecond / _rate);

    /// <summary>Ten a second, doubled after each minute: there is a limit, and nobody has met it yet.</summary>
    public static LearnedRate Slow(long now) => new(First, TimeSpan.TicksPerMinute, now);

    /// <summary>A first refusal where nothing was counted before it.</summary>
    public static LearnedRate AfterRefusal(int underWay, in GateClosing closing, long now) =>
        new(Math.Clamp(underWay, First, Fastest), Math.Clamp(closing.Wait.Ticks, ShortestSpan, LongestDoubling), now) { WasRefused = true, _slowedAt = now };

    public override double Rate => _rate / TimeSpan.TicksPerSecond;

    public override long AmountOf(in Cost cost) => Math.Min(cost.Requests, Capacity);

    public override long FitsAt(long amount, long now) => Math.Max(now, _next);

    public override void Take(long amount, long now, long countedBy)
    {
        // It grows only in use: idling, or waiting behind a gate, proves nothing.
        long gap = now - _last;
        if (gap <= 2 * Math.Max(Pause, Slack))
        {
            Grow(gap);
        }

        _backAt = _taken++ == 0 ? now : _backAt;
        _last = now;
        _before = _next;
        _next = Math.Max(_next, now - Slack) + (amount * Pause);
        _sent.Add(now, amount);
    }

    public override void Return(long amount, long takenAt, long now, bool foreseen)
    {
        _taken--;
        _next = takenAt == _last ? _before : _next;
        _sent.Add(takenAt, -amount);
    }

    public override void Settle(long reserved, long actual, in Counting counting)
    {
    }

    /// <summary>The provider refused: slows down, once for each cause, however many refusals come with it.</summary>
    public void Refused(in GateClosing closing, long now)
    {
        long leftAt = closing.LeftAt ?? now;
        _sent.Add(leftAt, -1);
        if (WasRefused && leftAt <= _slowedAt)
        {
            _echoes++;
            return;
        }

        bool wasProbe = WasRefused && _taken <= 1;
        bool teaches = wasProbe ? Paces : Teaches(leftAt);
        WasRefused = true;
        _slowedAt = now;
        _taken = 0;
        if (teaches && Measure(leftAt, closing.Hint, wasProbe) is { } rate)
        {
            _found = Math.Max(Slowest, rate);
            _recovery = Math.Clamp(RecoveryPerPause * closing.Wait.Ticks, ShortestRecovery, LongestRecovery);
            _growing = 0;
            To(Back * _found);
        }
    }

    public override long Forecast(long amount, long now, long lag) => Later(Math.Max(now, _next), amount - 1, Pause);

    public override long Free(long now) => _next <= now ? 1 : 0;

    public override long FullAt(long now) => Math.Max(now, _next);

    public override string ToString() => WasRefused ? $"{Spec}, learned" : Spec.ToString();

    public override bool IsForgettable(long now) => now > _slowedAt + (WasRefused ? Memory : 0) && base.IsForgettable(now);

    /// <summary>The rate to be taken as the limit, by what went before an attempt was refused; null when it tells nothing new.</summary>
    private double? Measure(long tick, TimeSpan? hint, bool wasProbe)
    {
        long span = Math.Clamp(hint is { } wait ? wait.Ticks : 0, ShortestSpan, LongestHint.Ticks);
        if (wasProbe)
        {
            // A probe alone can't have been too fast. The provider clears later than it said: what went is looked at over a longer time.
            span = Math.Min(Math.Max(span, tick - _measuredFrom), LongestHint.Ticks);
        }
        else
        {
            // So slow that few go in that time: all that went since the last refusal.
            span = _sent.Between(tick - span, tick) < Enough && tick - _backAt > span ? Math.Min(tick - _backAt, LongestHint.Ticks) : span;
            _measuredFrom = tick - span;
        }

        double sent = _sent.Between(tick - span, tick);
        if (sent < Enough)
        {
            return wasProbe ? null : _found > 0 ? _rate : _rate / 2 / Back;
        }

        return Math.Min(wasProbe && _found > 0 ? _found : _rate, sent * TimeSpan.TicksPerSecond / span);
    }

    /// <summary>Whether a refusal says something about the rate. While none does the rate is looked for anew, from where it stands.</summary>
    private bool Teaches(long tick)
    {
        // Of those that left after the one that is refused first some are still to be refused: what went before the refusal before this one is known by now.
        long accepted = Math.Max(0, _goneBefore - _echoes);
        _goneBefore = _taken - 1;
        _echoes = 0;
        if (!Paces)
        {
            _effect.Refused(accepted);
            if (Paces)
            {
                long span = Math.Clamp(tick - _measuredFrom, ShortestSpan, LongestHint.Ticks);
                _rate = Math.Min(_rate, _sent.Between(tick - span, tick) * TimeSpan.TicksPerSecond / span);
            }
        }
        else if (_found > 0)
        {
            _effect.Refused(_rate, _found, accepted);
            if (!Paces)
            {
                _found = 0;
                _growing = 0;
            }
        }

        return Paces;
    }

    private static LimitSpec SpecOf(double rate) =>
        rate >= 5 ? LimitSpec.Sliding((long)Math.Round(rate), TimeSpan.FromSeconds(1)) : LimitSpec.Sliding(Math.Max(1, (long)Math.Round(rate * 60)), TimeSpan.FromMinutes(1));

    private void Grow(long time)
    {
        _growing += time;
        if (_found > 0)
        {
            double off = (_growing / (double)_recovery) - 1;
            To(Math.Min(Fastest, _found * (1 + ((1 - Back) * off * off * off))));
        }
        else if (_growing >= _doubling)
        {
            _growing = 0;
            To(Math.Min(Fastest, _rate * 2));
        }
    }

    private void To(double rate)
    {
        _rate = rate;

        // What is shown need not follow each step.
        double shown = Spec.Amount / Spec.Period.TotalSeconds;
        if (Math.Abs(rate - shown) > shown / 32)
        {
            Adjust(SpecOf(rate), 0);
        }
    }
}
