using System.Collections.Immutable;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

/// <summary>Plays a script of calls against a ledger and notes when each left and when it arrived.</summary>
internal sealed class Traffic
{
    private readonly ManualTime _time = new();
    private readonly QuotaLedger _ledger;
    private readonly QuotaPolicy _policy;
    private readonly PriorityQueue<Action, TimeSpan> _events = new();
    private readonly List<(TrafficStep Step, Waiter Waiter)> _waiting = [];

    public Traffic(ImmutableArray<LimitSpec> limits)
    {
        _ledger = new QuotaLedger(_time);
        _policy = new QuotaPolicy("client", 1, limits, []);
    }

    public List<TimeSpan> Starts { get; } = [];

    public List<(TimeSpan At, Cost Cost)> Arrivals { get; } = [];

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
            Uses = [new QuotaUse(QuotaKey.AllResources, new Cost(1, step.Cost, step.Cost, step.Cost))],
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
        Arrivals.Add((arrival, new Cost(1, step.Cost, step.Cost, step.Cost)));
        _events.Enqueue(
            () =>
            {
                _ledger.Settle(ref grant, Verdict.Ok, _ledger.Clock.Provider.GetTimestamp());
                _ledger.Release(ref grant);
            },
            arrival + TimeSpan.FromMilliseconds(step.Back));
    }
}
