using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>What a circuit without a ramp must do, in the plainest form: seconds, generation numbers, no thread.</summary>
internal sealed class ReferenceCircuit(CircuitSettings settings)
{
    private readonly Dictionary<int, (double TakenAt, int Generation)> _inFlight = [];
    private readonly HashSet<int> _slots = [];
    private int _generation;
    private int _failures;
    private int _successes;
    private int _openings;
    private double _until;
    private double _serverWaitEnds;

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

        _inFlight.Add(id, (Now, _generation));
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
            _serverWaitEnds = Math.Max(_serverWaitEnds, Now + delay);
            _until = Math.Max(_until, _serverWaitEnds);
        }

        if (_inFlight[id].Generation != _generation)
        {
            return;
        }

        _slots.Remove(id);
        switch (State, signal)
        {
            case (CircuitState.Closed, CircuitSignal.Success):
                _failures = 0;
                break;
            case (CircuitState.Closed, CircuitSignal.Failure) when ++_failures >= settings.FailureThreshold:
            case (CircuitState.HalfOpen, CircuitSignal.Failure):
                double pause = settings.BreakDuration.TotalSeconds * Math.Pow(settings.BreakMultiplier, _openings++);
                _until = Math.Max(Now + Math.Min(pause, settings.MaxBreakDuration.TotalSeconds), _serverWaitEnds);
                Move(CircuitState.Open);
                break;
            case (CircuitState.HalfOpen, CircuitSignal.Success) when ++_successes >= settings.SuccessThreshold:
                SuccessesAtClosing = _successes;
                _openings = 0;
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
        _serverWaitEnds = 0;
        Move(CircuitState.Closed);
    }

    private void Move(CircuitState state)
    {
        State = state;
        _generation++;
        _slots.Clear();
        _successes = 0;
        _failures = 0;
    }
}
