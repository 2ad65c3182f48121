using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>What a circuit without a ramp must do, in the plainest form: seconds, generation numbers, no thread.</summary>
internal sealed class ReferenceCircuit(CircuitSettings settings)
{
    private readonly Dictionary<int, (double TakenAt, int Generation, int Ordinal)> _inFlight = [];
    private readonly HashSet<int> _slots = [];
    private int _generation;
    private int _sent;
    private int _ended;
    private int _failures;
    private double _failingSince;
    private int _allSuccesses;
    private double _slowest;
    private int _successes;
    private int _openings;
    private double _short;
    private double _until;
    private double _serverWaitEnds;
    private double _heardAt;

    public CircuitState State { get; private set; }

    public double Now { get; set; }

    public int SuccessesAtClosing { get; private set; }

    public int ProbesInFlight => State == CircuitState.HalfOpen ? _slots.Count : 0;

    public bool MayPass()
    {
        _slots.RemoveWhere(id => Now - _inFlight[id].TakenAt >= settings.ProbeTimeout.TotalSeconds);
        return State switch
        {
            CircuitState.Closed => true,
            CircuitState.Open => Now >= _until,
            CircuitState.HalfOpen => _slots.Count < (_successes == 0 ? 1 : settings.HalfOpenMaxCalls),
            _ => false,
        };
    }

    public bool TryAdmit(int id)
    {
        if (!MayPass())
        {
            return false;
        }

        if (State == CircuitState.Open)
        {
            Move(CircuitState.HalfOpen);
        }

        _inFlight.Add(id, (Now, _generation, ++_sent));
        if (State == CircuitState.HalfOpen)
        {
            _slots.Add(id);
        }

        return true;
    }

    public void Record(int id, CircuitSignal signal, double? serverDelay)
    {
        if (signal == CircuitSignal.Failure && serverDelay is { } delay)
        {
            // Who left before others were told to wait fails for the same cause.
            signal = Now < _serverWaitEnds && _inFlight[id].TakenAt < _heardAt ? CircuitSignal.Echo : signal;
            _heardAt = Now < _serverWaitEnds ? _heardAt : Now;
            _serverWaitEnds = Math.Max(_serverWaitEnds, Now + delay);
            _until = Math.Max(_until, _serverWaitEnds);
        }

        if (_inFlight[id].Generation != _generation)
        {
            return;
        }

        _slots.Remove(id);
        _ended++;
        if (signal == CircuitSignal.Success && _allSuccesses++ % 16 == 0)
        {
            _slowest = Math.Max(Now - _inFlight[id].TakenAt, _slowest * 7 / 8);
        }

        if (signal == CircuitSignal.Failure && State == CircuitState.Closed && _failures == 0)
        {
            _failingSince = Now;
        }

        switch (State, signal)
        {
            case (CircuitState.Closed, CircuitSignal.Success):
                _failures = 0;
                break;
            case (CircuitState.Closed, CircuitSignal.Failure) when ++_failures >= settings.FailureThreshold && IsInARow(id):
            case (CircuitState.HalfOpen, CircuitSignal.Failure or CircuitSignal.Echo):
                _until = Math.Max(Now + Break(), _serverWaitEnds);
                Move(CircuitState.Open);
                break;
            case (CircuitState.HalfOpen, CircuitSignal.Success) when ++_successes >= settings.SuccessThreshold:
                SuccessesAtClosing = _successes;
                _openings = 0;
                _short = 0;
                Move(CircuitState.Closed);
                break;
            default:
                break;
        }
    }

    public void Isolate()
    {
        if (State != CircuitState.Isolated)
        {
            Move(CircuitState.Isolated);
        }
    }

    public void Reset()
    {
        _openings = 0;
        _short = 0;
        _serverWaitEnds = 0;
        Move(CircuitState.Closed);
    }

    /// <summary>Hardly any that left before are still under way, or they have had the time that a success takes.</summary>
    private bool IsInARow(int id)
    {
        double patience = _slowest > 0 ? Math.Min(2 * _slowest, settings.ProbeTimeout.TotalSeconds) : settings.ProbeTimeout.TotalSeconds;
        return _inFlight[id].Ordinal - _ended <= Math.Max(2, _failures / 4) || Now - _failingSince >= patience;
    }

    private double Break()
    {
        _short = State == CircuitState.HalfOpen && _successes > 0 ? Math.Min(1, settings.BreakDuration.TotalSeconds) : _short;
        if (_short == 0 || _short > Regular(_openings - 1))
        {
            _short = 0;
            return Regular(_openings++);
        }

        _short *= 2;
        return _short / 2;

        double Regular(int openings) =>
            Math.Min(settings.BreakDuration.TotalSeconds * Math.Pow(settings.BreakMultiplier, openings), settings.MaxBreakDuration.TotalSeconds);
    }

    private void Move(CircuitState state)
    {
        _sent = 0;
        _ended = 0;
        State = state;
        _generation++;
        _slots.Clear();
        _successes = 0;
        _failures = 0;
    }
}
