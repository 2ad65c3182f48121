namespace Handlers.CircuitBreaker;

/// <summary>
/// The admitted rate after closing, as <see cref="CircuitBreakerOptions.RampDuration"/> describes it. Guarded by the circuit's lock; moved on by
/// whoever asks, not by a timer.
/// </summary>
/// <remarks>
/// An upstream that comes back is met by everybody who waited, and one that comes back short of capacity would be tripped again and again: at 40 calls a
/// second against a capacity growing from 10 to 50, a circuit without a ramp opens every other second for as long as that growth lasts. So the ramp looks for
/// the rate that is served. Worked example, floor 3/s, slots of 1 s, upstream able to do 40/s: the seconds admit 3, 6, 12, 24, 48 (8 failed: eased), 40, 43 (3
/// failed: eased), 40, 41 … The steps above what was served become smaller where they fail and larger where they don't: what the upstream can do is used
/// throughout, and a call in thirty or so fails.
/// <para>
/// While more calls wait than may pass, those that are due first go first (<see cref="Turns"/>): what comes late can wait longer than what came early.
/// </para>
/// <para>
/// Failures that don't come from the load must not slow anybody down for long: if, over a whole ramp's length after a cut, as many more fail than usual as lead to a cut,
/// cutting is no cure and the ramp is over. Nor may a few failures by chance, of which a slow slot has one or two, wear the rate down: what failed before the outage
/// and what fails at a rate that was just eased are the usual share (<see cref="UsualFailures"/>), and only what chance does not explain on top of it eases or cuts again.
/// </para>
/// </remarks>
internal sealed class Ramp
{
    private const int Slots = 10;

    /// <summary>So many calls at once pass in any case, if none came before them; but not of those that waited for the circuit to close.</summary>
    private const int Burst = 10;

    private const double Doubling = 2;

    // How sure a slot's failures have to be more than the usual ones, in standard deviations.
    private const double Certainty = 2;

    // Steps above a rate that was served: halved where a step was too large, half as large again where it was not.
    private const double LargestStep = 0.15;
    private const double SmallestStep = 0.02;
    private const double StrainedShare = 0.05;
    private const double OverloadedShare = 0.2;

    /// <summary>Served well at so many times the rate that was cut, the upstream has grown, and probing turns to doubling again.</summary>
    private const double Outgrown = 1.5;

    // Refilling in steps rounds: a whole token may be short of 1 by the last bits.
    private const double Rounding = 1e-9;

    private readonly double _floor;
    private readonly TimeSpan _duration;
    private readonly TimeSpan _slot;
    private readonly Turns _turns;
    private readonly UsualFailures _usualFailures;

    private double _cutAt;
    private double _step = LargestStep;
    private bool _isEased;
    private bool _isFirstSlot = true;
    private TimeSpan _usual;
    private double _rate;
    private double _tokens;
    private TimeSpan _refilledAt;
    private TimeSpan _end;
    private TimeSpan _slotStart;
    private Tally _current;
    private Tally _last;
    private Tally _underCheck;
    private TimeSpan? _checkDue;
    private int _cuts;

    public Ramp(int callsPerSecond, TimeSpan duration, UsualFailures usual, TimeSpan now)
    {
        _floor = callsPerSecond;
        _duration = duration;
        _slot = TimeSpan.FromTicks(Math.Max(1, duration.Ticks / Slots));
        _turns = new Turns(_slot, now);
        _usualFailures = usual;
        _rate = _floor;
        _tokens = Math.Max(_floor, Burst);
        _refilledAt = now;
        _slotStart = now;
        _end = now + duration;
    }

    /// <summary>Attempts that this ramp has let through and that have not ended.</summary>
    public int UnderWay { get; private set; }

    // A bucket of at least the floor lets "no more than the floor in any second" pass always, at whatever moments.
    private double Bucket => Math.Max(Math.Max(_floor, Burst), _rate / 4);

    /// <summary>Whether a call may pass; while more wait than may pass, one whose turn it is not only where places are left over.</summary>
    public bool HasRoom(Urgency urgency, TimeSpan now)
    {
        // Those who have waited come all together, to an upstream of which nothing is known but that it has served a probe or two.
        double kept = urgency.IsBack && _isFirstSlot ? Math.Max(0, Burst - _floor) : 0;
        return _tokens - kept >= (_turns.IsTurnOf(now + urgency.DueIn, now + LeastTime) ? 1 : Bucket / 2) - Rounding;
    }

    /// <summary>Who has less time left would hardly get an answer.</summary>
    private TimeSpan LeastTime => 2 * _usual;

    /// <summary>Judges the slots that have passed; false when the ramp is over.</summary>
    public bool IsRunning(TimeSpan now)
    {
        for (TimeSpan slotEnd = _slotStart + _slot; slotEnd <= now && slotEnd <= _end; slotEnd += _slot)
        {
            Refill(slotEnd);
            JudgeSlot(slotEnd);
        }

        Refill(now);
        return now < _end;
    }

    /// <summary>Lets one call through; the number goes back into <see cref="Note"/> with its result.</summary>
    public long Take(TimeSpan now)
    {
        _tokens--;
        UnderWay++;
        _current.Sent++;
        return Mark(_cuts, now);
    }

    /// <summary>Counts a result; that of a call sent before the last cut says nothing about the rate since.</summary>
    public void Note(CircuitSignal signal, long mark, TimeSpan now)
    {
        UnderWay--;
        if (signal == CircuitSignal.Success)
        {
            TimeSpan took = now - TakenAt(mark);
            _usual = _usual == TimeSpan.Zero ? took : _usual + ((took - _usual) / 8);
        }

        if (CutsOf(mark) == (ushort)_cuts)
        {
            _current.Succeeded += signal == CircuitSignal.Success ? 1 : 0;
            _current.Failed += signal is CircuitSignal.Failure or CircuitSignal.Echo ? 1 : 0;
        }
    }

    /// <summary>
    /// Whether failures in a row mean "too fast" rather than "down": the ramp holds calls back, and lately at least as many were served. Then the rate is
    /// cut at once, and the circuit counts anew. (An upstream with a quota per second answers its surplus in one run of failures.)
    /// </summary>
    public bool TakesTheBlame(int failuresInARow, TimeSpan now)
    {
        if (_current.Refused + _last.Refused == 0 || _current.Succeeded + _last.Succeeded < failuresInARow)
        {
            return false;
        }

        double elapsed = Math.Max((now - _slotStart).TotalSeconds, _slot.TotalSeconds / 4);
        double served = Math.Max(_current.Succeeded / elapsed, _last.Succeeded / _slot.TotalSeconds);
        Cut(Math.Min(_rate * 0.8, served), now);
        return true;
    }

    /// <summary>When to ask again: those refused are dealt out over a slot or a second, one per place, so that they do not come back together.</summary>
    public TimeSpan NextHint(Urgency urgency, TimeSpan now)
    {
        int places = Math.Max(1, (int)Math.Round(_rate * Math.Min(1, _slot.TotalSeconds)));
        double seconds = (1 + (_current.Refused++ % places)) / _rate;
        var wait = TimeSpan.FromTicks((long)Math.Ceiling(seconds * TimeSpan.TicksPerSecond));
        if (urgency.IsBack)
        {
            // Who is due before that asks once more before it is.
            wait = urgency.DueIn > TimeSpan.Zero && urgency.DueIn <= wait ? urgency.DueIn / 2 : wait;
            _turns.Refused(now + urgency.DueIn, wait);
        }

        return wait;
    }

    private void JudgeSlot(TimeSpan now)
    {
        if (_isEased)
        {
            // What still fails at a lower rate does not come from the load.
            _usualFailures.Learn(_current.Failed, _current.Results);
            _isEased = false;
        }

        if (IsNoCure(now))
        {
            _end = now;
        }
        else if (_current.FailedShare < OverloadedShare && IsStrained(_current))
        {
            Ease(now);
        }
        else if (_current.FailedShare < OverloadedShare || (_current.Failed > 1 && !IsStrained(_current)))
        {
            Grow(now);
        }
        else if (_current.Failed == 1)
        {
            // Too little to go by, either way.
            Stay(now);
            NextSlot(now);
        }
        else
        {
            Cut(_current.Served / _slot.TotalSeconds, now);
        }
    }

    /// <summary>More fails than usual, and more than chance explains.</summary>
    private bool IsStrained(in Tally slot)
    {
        double usual = _usualFailures.Share;
        double expected = usual * slot.Results;
        return slot.Failed > 1 && slot.FailedShare >= usual + StrainedShare
            && slot.Failed >= expected + (Certainty * Math.Sqrt(expected * (1 - usual)));
    }

    // The number of cuts and the millisecond: 16 and 47 bits.
    private static long Mark(int cuts, TimeSpan now) => ((long)now.TotalMilliseconds << 16) | (ushort)cuts;

    private static ushort CutsOf(long mark) => (ushort)mark;

    private static TimeSpan TakenAt(long mark) => TimeSpan.FromMilliseconds(mark >> 16);

    private bool IsNoCure(TimeSpan now)
    {
        _underCheck.Sent += _current.Sent;
        _underCheck.Succeeded += _current.Succeeded;
        _underCheck.Failed += _current.Failed;
        if (now < _checkDue || _checkDue is null)
        {
            return false;
        }

        bool isNoCure = _underCheck.FailedShare >= _usualFailures.Share + OverloadedShare;
        _checkDue = now + _duration;
        _underCheck = default;
        return isNoCure;
    }

    private void Grow(TimeSpan now)
    {
        bool isProbing = _rate < Outgrown * _cutAt;

        Stay(now);
        _rate *= isProbing ? 1 + _step : Doubling;
        _step = Math.Min(LargestStep, _step * 1.5);
        NextSlot(now);
    }

    /// <summary>A little too fast: on with what was served, and by smaller steps.</summary>
    private void Ease(TimeSpan now)
    {
        _isEased = true;
        _cutAt = Math.Max(_rate, _cutAt * 0.8);
        Stay(now);
        _rate = Math.Max(_floor, _rate * (1 - _current.FailedShare));
        _step = Math.Max(SmallestStep, _step / 2);
        NextSlot(now);
    }

    private void Cut(double rate, TimeSpan now)
    {
        // At the floor there is nothing to cut: the burst at the start may have met an upstream not quite ready.
        if (_rate > _floor)
        {
            // A second cut soon after the first is made at a low rate, and says nothing about what the upstream has grown to.
            _cutAt = Math.Max(_rate, _cutAt * 0.8);
            _end = now + _duration;
            if (_checkDue is null)
            {
                _checkDue = _end;
                _underCheck = default;
            }
        }

        _rate = Math.Clamp(rate, _floor, _rate);
        _step = Math.Max(SmallestStep, _step / 2);
        _tokens = Math.Min(_tokens, _floor);
        _cuts++;
        NextSlot(now);
    }

    /// <summary>Letting go of a rate that was too high once and still holds calls back would release them all at once.</summary>
    private void Stay(TimeSpan now)
    {
        if (_cutAt > 0 && _current.Refused > 0 && _end < now + _slot)
        {
            _end = now + _slot;
        }
    }

    private void NextSlot(TimeSpan now)
    {
        _isFirstSlot = false;
        _last = _current;
        _current = default;
        _slotStart = now;
        _turns.Begin(now, now + LeastTime + (_slot / 2), _rate * _slot.TotalSeconds);
    }

    private void Refill(TimeSpan now)
    {
        _tokens = Math.Min(Bucket, _tokens + (_rate * (now - _refilledAt).TotalSeconds));
        _refilledAt = now;
    }

    private struct Tally
    {
        public int Sent;
        public int Succeeded;
        public int Failed;
        public int Refused;

        // Where failing is quicker than succeeding, and the rate grows, what ended is mostly what failed: what was sent and has not failed counts as served.
        public readonly int Results => Math.Max(Failed + Succeeded, Sent);

        public readonly int Served => Results - Failed;

        public readonly double FailedShare => Failed / (double)Math.Max(1, Results);
    }
}
