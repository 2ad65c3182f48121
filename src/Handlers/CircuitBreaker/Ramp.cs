namespace Handlers.CircuitBreaker;

/// <summary>
/// The admitted rate after closing, as <see cref="CircuitBreakerOptions.RampDuration"/> describes it. Guarded by the circuit's lock; moved on by
/// whoever asks, not by a timer.
/// </summary>
/// <remarks>
/// Worked example, floor 3/s, 10 s, upstream able to do 14/s, 40/s offered: the seconds admit 3, 6, 12, 24 (14 served, 10 failed: fewer than half, go on),
/// 48 (34 of 48 failed: overloaded), 14, 17, 21, 27 … until half fail again. What the upstream can do is used throughout, and the rate finds it anew
/// each time, instead of tripping the circuit with everybody's first call.
/// </remarks>
internal sealed class Ramp
{
    private const int Slots = 10;
    private const double BeforeOverload = 2;
    private const double AfterOverload = 1.25;

    private readonly double _floor;
    private readonly TimeSpan _duration;
    private readonly TimeSpan _slot;
    private readonly TimeSpan _latestEnd;

    private TimeSpan _end;
    private TimeSpan _slotEnd;
    private double _growth = BeforeOverload;
    private double _rate;
    private double _tokens;
    private TimeSpan _refilledAt;
    private int _refused;
    private int _succeeded;
    private int _failed;

    public Ramp(int callsPerSecond, TimeSpan duration, TimeSpan now)
    {
        _floor = callsPerSecond;
        _duration = duration;
        _slot = TimeSpan.FromTicks(Math.Max(1, duration.Ticks / Slots));
        _end = now + duration;
        _latestEnd = now + (3 * duration);
        _slotEnd = now + _slot;
        _rate = _floor;
        _tokens = _floor;
        _refilledAt = now;
    }

    /// <summary>Calls a second.</summary>
    public double Rate => _rate;

    /// <summary>Judges the slots that have passed; false when the ramp is over.</summary>
    public bool IsRunning(TimeSpan now)
    {
        while (_slotEnd <= now && _slotEnd <= _end)
        {
            Refill(_slotEnd);
            JudgeSlot();
        }

        Refill(now);
        return now < _end;
    }

    // Refilling in steps rounds: a whole token may be short of 1 by the last bits.
    public bool HasRoom => _tokens >= 1 - 1e-9;

    public void Take() => _tokens--;

    public void Note(CircuitSignal signal)
    {
        _succeeded += signal == CircuitSignal.Success ? 1 : 0;
        _failed += signal == CircuitSignal.Failure ? 1 : 0;
    }

    /// <summary>When to ask again: refused callers are dealt out over a slot or a second, one per place, so that they do not come back together.</summary>
    public TimeSpan NextHint()
    {
        int places = Math.Max(1, (int)Math.Round(_rate * Math.Min(1, _slot.TotalSeconds)));
        double seconds = (1 + (_refused++ % places)) / _rate;
        return TimeSpan.FromTicks((long)Math.Ceiling(seconds * TimeSpan.TicksPerSecond));
    }

    private void JudgeSlot()
    {
        if (_failed > 0 && _failed >= _succeeded)
        {
            _rate = Math.Max(_floor, _succeeded / _slot.TotalSeconds);
            _growth = AfterOverload;
            _end = _slotEnd + _duration < _latestEnd ? _slotEnd + _duration : _latestEnd;
        }
        else
        {
            _rate *= _growth;
        }

        _succeeded = 0;
        _failed = 0;
        _refused = 0;
        _slotEnd += _slot;
    }

    // A bucket of the floor makes "no more than the floor in any second" always pass; a quarter second of the rate lets small bursts through.
    private void Refill(TimeSpan now)
    {
        double bucket = Math.Max(_floor, _rate / 4);
        _tokens = Math.Min(bucket, _tokens + (_rate * (now - _refilledAt).TotalSeconds));
        _refilledAt = now;
    }
}
