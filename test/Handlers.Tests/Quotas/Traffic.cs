using System.Collections.Immutable;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

/// <summary>Plays a script of calls against a ledger and notes when each left and when it arrived.</summary>
internal sealed class Traffic
{
    private const string Resource = "core";

    private readonly ManualTime _time = new();
    private readonly QuotaLedger _ledger;
    private readonly QuotaPolicy _policy;
    private readonly PriorityQueue<Action, TimeSpan> _events = new();
    private readonly List<(TrafficStep Step, Waiter Waiter)> _waiting = [];
    private readonly IReadOnlyList<Meter> _meters;

    /// <param name="limits">What the client's configuration says.</param>
    /// <param name="meters">What the provider counts and announces; without any it tells nothing.</param>
    public Traffic(ImmutableArray<LimitSpec> limits, params IReadOnlyList<Meter> meters)
    {
        _ledger = new QuotaLedger(_time);
        _policy = new QuotaPolicy("client", 1, limits, []);
        _meters = meters;
    }

    public List<TimeSpan> Starts { get; } = [];

    public List<(TimeSpan At, Cost Cost)> Arrivals { get; } = [];

    /// <summary>Arrivals that were more than one of the provider's limits allows.</summary>
    public int TooMany { get; private set; }

    public void Run(IEnumerable<TrafficStep> script)
    {
        TimeSpan at = TimeSpan.Zero;
        foreach (TrafficStep step in script)
        {
            at += TimeSpan.FromMilliseconds(step.Gap);
            _events.Enqueue(() => Call(step), at);
        }

        while (Next() is { } next)
        {
            _time.Advance(next - _time.Elapsed);
            SendGranted();
            while (_events.TryPeek(out _, out TimeSpan due) && due <= _time.Elapsed)
            {
                _events.Dequeue()();
                SendGranted();
            }
        }

        _waiting.ShouldBeEmpty("nobody may wait for ever");
    }

    private TimeSpan? Next()
    {
        TimeSpan? timer = _time.NextDue;
        TimeSpan? step = _events.TryPeek(out _, out TimeSpan due) ? due : null;
        return timer < step || step is null ? timer : step;
    }

    private void Call(TrafficStep step)
    {
        Grant grant = default;
        var demand = new QuotaDemand
        {
            Policy = _policy,
            Provider = "test",
            Account = "a",
            Uses = [new QuotaUse(_meters.Count == 0 ? QuotaKey.AllResources : Resource, CostOf(step), _meters.Count == 0 ? QuotaStart.Free : QuotaStart.FirstAnswer)],
            MaxWait = Timeout.InfiniteTimeSpan,
            TimeLeft = Timeout.InfiniteTimeSpan,
        };
        switch (_ledger.Admit(demand, ref grant, out Waiter? waiter, out QuotaRefusal? refusal))
        {
            case Admission.Granted:
                Send(step, grant);
                break;
            case Admission.Waiting:
                _waiting.Add((step, waiter!));
                if (step.CancelAfter >= 0)
                {
                    _events.Enqueue(() => _ledger.Cancel(waiter!), _time.Elapsed + TimeSpan.FromMilliseconds(step.CancelAfter));
                }

                break;
            default:
                throw new InvalidOperationException(refusal?.Message);
        }
    }

    private void SendGranted()
    {
        foreach ((TrafficStep step, Waiter waiter) in _waiting.Where(w => w.Waiter.Outcome != Admission.Waiting).ToList())
        {
            _waiting.Remove((step, waiter));
            if (waiter.Outcome == Admission.Granted)
            {
                Send(step, waiter.Grant);
            }
        }
    }

    private void Send(TrafficStep step, Grant grant)
    {
        Starts.Add(_time.Elapsed);
        TimeSpan arrival = _time.Elapsed + TimeSpan.FromMilliseconds(step.There);
        Arrivals.Add((arrival, CostOf(step)));
        Verdict verdict = Verdict.Ok;
        if (_meters.Count > 0)
        {
            _events.Enqueue(() => verdict = Arrive(step), arrival);
        }

        // A tick later, so that nothing is answered before it has come.
        _events.Enqueue(
            () =>
            {
                _ledger.Settle(ref grant, verdict, _ledger.Clock.Provider.GetTimestamp());
                _ledger.Release(ref grant);
            },
            arrival + TimeSpan.FromMilliseconds(step.Back) + TimeSpan.FromTicks(1));
    }

    private Verdict Arrive(TrafficStep step)
    {
        Verdict verdict = Verdict.Ok;
        foreach (Meter meter in _meters)
        {
            TooMany += meter.Count(CostOf(step).In(meter.Unit), _time.Elapsed) ? 0 : 1;
            verdict.Observed.TryAdd(meter.Tell(Resource, _time.Elapsed));
        }

        return verdict;
    }

    private static Cost CostOf(TrafficStep step) => new(1, step.Cost, step.Cost, step.Cost);
}
