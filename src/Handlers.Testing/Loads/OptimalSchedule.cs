using Handlers.Testing.Limits;

namespace Handlers.Testing;

/// <summary>
/// Serves a load as early as the limits allow, with foreknowledge of limits and faults and without a send in vain: whoever fits next goes next, of two the lighter.
/// All instants are ticks of the provider's clock.
/// </summary>
/// <remarks>
/// Exact where calls of one kind compete for a limit, a lower bound of the makespan where kinds differ: there the last start is that of any
/// schedule which leaves no room unused, and the shortest call is taken for the last.
/// </remarks>
internal sealed class OptimalSchedule
{
    private static readonly long CapacityStep = TimeSpan.FromMilliseconds(5).Ticks; // a ramp has no instant to wait for

    private readonly ProviderTwin _twin;
    private readonly HttpClient _client;
    private readonly long _start;
    private readonly TimeSpan _oneWay;
    private readonly Dictionary<string, Queue<Planned>> _waiting = new(StringComparer.Ordinal);
    private readonly PriorityQueue<Planned, long> _underWay = new();
    private readonly List<TimeSpan> _arrivals = [];
    private long _now;
    private long _lastStart;
    private long _shortest = long.MaxValue;
    private long _longestEnd;
    private int _ok;
    private double _weight;

    internal OptimalSchedule(ProviderTwin twin, HttpClient client, long start)
    {
        _twin = twin;
        _client = client;
        _oneWay = twin.OneWay;
        _start = _now = _lastStart = _longestEnd = start;
    }

    internal LoadOptimum Of(IReadOnlyList<LoadCall> calls)
    {
        int next = 0;
        while (true)
        {
            while (next < calls.Count && Arrival(calls[next]) <= _now)
            {
                Enqueue(calls[next], ++next);
            }

            long nextArrival = next < calls.Count ? Arrival(calls[next]) : long.MaxValue;
            var (head, at) = Earliest();
            if (head is null || at > nextArrival)
            {
                if (nextArrival == long.MaxValue)
                {
                    break;
                }

                MoveTo(nextArrival);
            }
            else if (head.Misses(at, _oneWay.Ticks) || at == long.MaxValue)
            {
                _waiting[head.Kind].Dequeue(); // hopeless: costs nothing
            }
            else if (at > _now)
            {
                MoveTo(at);
            }
            else
            {
                Start(head);
            }
        }

        return new LoadOptimum(_ok, _ok == 0 ? TimeSpan.Zero : new TimeSpan(Math.Max(_longestEnd, _lastStart + _shortest) - _start) + _oneWay) { Weight = _weight, Arrivals = _arrivals };
    }

    private long Arrival(LoadCall call) => _start + (call.At + _oneWay).Ticks;

    private void Enqueue(LoadCall call, int number)
    {
        TwinRequest request = TwinRequest.Read(number, call.Request, _client, _twin);
        var planned = new Planned([.. _twin.ChargesOf(request)], _twin.ServiceOf(request).Ticks, _start + call.At.Ticks + call.Deadline?.Ticks, call.Weight);
        if (!_waiting.TryGetValue(planned.Kind, out Queue<Planned>? queue))
        {
            _waiting.Add(planned.Kind, queue = new());
        }

        queue.Enqueue(planned);
    }

    private (Planned? Head, long At) Earliest()
    {
        Planned? head = null;
        long least = long.MaxValue;
        foreach (Queue<Planned> queue in _waiting.Values)
        {
            if (queue.TryPeek(out Planned? candidate) && FitsAt(candidate) is var at
                && (head is null || at < least || (at == least && candidate.Weight < head.Weight)))
            {
                (head, least) = (candidate, at);
            }
        }

        return (head, least);
    }

    private long FitsAt(Planned planned)
    {
        long at = _twin.UpAt(_now);
        foreach (var (limit, cost) in planned.Charges)
        {
            long fits = limit.FitsAt(_now, cost);
            if (fits == long.MaxValue && limit is ConcurrencyLimit && _underWay.TryPeek(out _, out long end))
            {
                fits = end;
            }

            at = Math.Max(at, fits);
        }

        return at > _now || _twin.HasRoom(_now) ? at
            : _twin.IsShut(_now) ? long.MaxValue
            : _now + CapacityStep;
    }

    private void MoveTo(long at)
    {
        _now = at;
        while (_underWay.TryPeek(out Planned? ended, out long end) && end <= at)
        {
            _underWay.Dequeue();
            foreach (var (limit, cost) in ended.Charges)
            {
                (limit as ConcurrencyLimit)?.Return(cost);
            }
        }
    }

    private void Start(Planned planned)
    {
        _waiting[planned.Kind].Dequeue();
        _twin.TakeRoom(_now);
        foreach (var (limit, cost) in planned.Charges)
        {
            limit.Take(_now, cost);
        }

        _underWay.Enqueue(planned, _now + planned.Service);
        _ok++;
        _weight += planned.Weight;
        _lastStart = _now;
        _arrivals.Add(new TimeSpan(_now - _start));
        _shortest = Math.Min(_shortest, planned.Service);
        _longestEnd = Math.Max(_longestEnd, _start + planned.Service);
    }

    private sealed class Planned((MeteredLimit Limit, double Cost)[] charges, long service, long? deadline, double weight)
    {
        /// <summary>Calls that are charged alike go in the order in which they came.</summary>
        internal string Kind { get; } = string.Join(';', charges.Select(static charge => $"{System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(charge.Limit)}:{charge.Cost}"));

        internal (MeteredLimit Limit, double Cost)[] Charges { get; } = charges;

        internal long Service { get; } = service;

        internal double Weight { get; } = weight;

        internal bool Misses(long at, long oneWay) => at != long.MaxValue && at + Service + oneWay > deadline;
    }
}
