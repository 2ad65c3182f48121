using FsCheck;
using FsCheck.Fluent;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

/// <summary>Random interleavings of what callers and providers do to one account, against models of a few lines; compared after every step.</summary>
public class QuotaModelTests
{
    private const int Slots = 2;
    private const int MaxQueue = 3;

    /// <summary>The model: who holds a slot, and who waits in which order.</summary>
    [Fact]
    public void Slots_and_queue_are_the_models_after_every_step()
    {
        Gen<Step> step = Gen.Frequency(
            (8, Gen.Constant(new Step(Act.Ask))),
            (3, Pick(Act.Cancel)),
            (2, Pick(Act.Return)),
            (2, Pick(Act.Settle)),
            (5, Pick(Act.End)),
            (1, Gen.Choose(1, 90).Select(seconds => new Step(Act.Advance, seconds))));

        Prop.ForAll(step.ArrayOf(300).ToArbitrary(), Agrees).QuickCheckThrowOnFailure();

        static bool Agrees(Step[] steps)
        {
            using var desk = new Desk();
            List<int> holding = [];
            List<int> waiting = [];
            for (int i = 0; i < steps.Length; i++)
            {
                Step step = steps[i];
                switch (step.Act)
                {
                    case Act.Ask:
                        Admission expected = holding.Count < Slots && waiting.Count == 0 ? Admission.Granted : waiting.Count < MaxQueue ? Admission.Waiting : Admission.Refused;
                        desk.Ask(i).ShouldBe(expected);
                        (expected switch { Admission.Granted => holding, Admission.Waiting => waiting, _ => [] }).Add(i);
                        break;
                    case Act.Cancel when waiting.Count > 0:
                        int impatient = waiting[step.Number % waiting.Count];
                        desk.Cancel(impatient);
                        waiting.Remove(impatient);
                        break;
                    case Act.Settle when holding.Count > 0:
                        desk.Settle(holding[step.Number % holding.Count]);
                        break;
                    case Act.Return or Act.End when holding.Count > 0:
                        int done = holding[step.Number % holding.Count];
                        desk.Finish(done, sent: step.Act == Act.End);
                        holding.Remove(done);
                        break;
                    case Act.Advance:
                        desk.Time.Advance(TimeSpan.FromSeconds(step.Number));
                        break;
                    default:
                        break;
                }

                while (holding.Count < Slots && waiting.Count > 0)
                {
                    holding.Add(waiting[0]);
                    waiting.RemoveAt(0);
                }

                desk.Holding.ShouldBe(holding, ignoreOrder: true);
                desk.Waiting.ShouldBe(waiting, ignoreOrder: true);
                desk.Free.ShouldBe(Slots - holding.Count);
            }

            return true;
        }
    }

    /// <summary>The model: one instant. How fast it goes after a gate has opened is the ramp's business, and tested there.</summary>
    [Fact]
    public void Nobody_goes_while_a_gate_is_closed_and_everybody_goes_in_the_end()
    {
        Gen<Step> step = Gen.Frequency(
            (8, Gen.Constant(new Step(Act.Ask))),
            (2, Pick(Act.Cancel)),
            (5, Pick(Act.End)),
            (1, Gen.Choose(1, 40).Select(seconds => new Step(Act.Close, seconds))),
            (4, Gen.Choose(1, 30).Select(seconds => new Step(Act.Advance, seconds))));

        Prop.ForAll(step.ArrayOf(200).ToArbitrary(), Holds).QuickCheckThrowOnFailure();

        static bool Holds(Step[] steps)
        {
            using var desk = new Desk();
            TimeSpan closedUntil = TimeSpan.Zero;
            for (int i = 0; i < steps.Length; i++)
            {
                Step step = steps[i];
                int[] before = [.. desk.Holding];
                switch (step.Act)
                {
                    case Act.Ask:
                        desk.Ask(i);
                        break;
                    case Act.Cancel when desk.Waiting.Any():
                        desk.Cancel(desk.Waiting.ElementAt(step.Number % desk.Waiting.Count()));
                        break;
                    case Act.End when before.Length > 0:
                        desk.Finish(before[step.Number % before.Length], sent: true);
                        break;
                    case Act.Close:
                        desk.Close(TimeSpan.FromSeconds(step.Number));
                        closedUntil = Max(closedUntil, desk.Time.Elapsed + TimeSpan.FromSeconds(step.Number));
                        break;
                    case Act.Advance:
                        desk.Time.Advance(TimeSpan.FromSeconds(step.Number));
                        break;
                    default:
                        break;
                }

                if (desk.Time.Elapsed < closedUntil)
                {
                    desk.Holding.Except(before).ShouldBeEmpty($"the gate is closed until {closedUntil}, it is {desk.Time.Elapsed}");
                }

                desk.Holding.Count().ShouldBeLessThanOrEqualTo(Slots);
            }

            // One minute for each who waits is more than any ramp takes.
            for (int minutes = (int)closedUntil.TotalMinutes + MaxQueue + Slots + 1; minutes > 0; minutes--)
            {
                desk.Time.Advance(TimeSpan.FromMinutes(1));
                foreach (int done in desk.Holding.ToArray())
                {
                    desk.Finish(done, sent: true);
                }
            }

            desk.Waiting.ShouldBeEmpty();
            desk.Free.ShouldBe(Slots);
            return true;
        }
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;

    private static Gen<Step> Pick(Act act) => Gen.Choose(0, 1_000).Select(pick => new Step(act, pick));

    private enum Act
    {
        Ask,
        Cancel,
        Return,
        Settle,
        End,
        Close,
        Advance,
    }

    private sealed record Step(Act Act, int Number = 0);

    /// <summary>A ledger with one account, and its callers by number.</summary>
    private sealed class Desk : IDisposable
    {
        private readonly QuotaLedger _ledger;
        private readonly QuotaPolicy _policy = new("client", 1, [LimitSpec.Concurrent(Slots)], []) { MaxQueue = MaxQueue };
        private readonly Dictionary<int, Grant> _granted = [];
        private readonly Dictionary<int, Waiter> _waiters = [];

        public Desk() => _ledger = new QuotaLedger(Time);

        public ManualTime Time { get; } = new();

        public IEnumerable<int> Waiting => _waiters.Where(entry => entry.Value.Outcome == Admission.Waiting).Select(entry => entry.Key);

        public IEnumerable<int> Holding
        {
            get
            {
                foreach ((int caller, Waiter waiter) in _waiters.Where(entry => entry.Value.Outcome == Admission.Granted).ToArray())
                {
                    _waiters.Remove(caller);
                    _granted.Add(caller, waiter.Grant);
                }

                return _granted.Keys;
            }
        }

        public long Free => _ledger.Snapshot().SelectMany(quota => quota.Limits).Where(limit => limit.Text == $"{Slots} at once").Select(limit => limit.Free).DefaultIfEmpty(Slots).Single();

        public Admission Ask(int caller)
        {
            Grant grant = default;
            var demand = new QuotaDemand
            {
                Policy = _policy,
                Provider = "test",
                Account = "a",
                MaxWait = Timeout.InfiniteTimeSpan,
                TimeLeft = Timeout.InfiniteTimeSpan,
            };
            Admission admission = _ledger.Admit(demand, ref grant, out Waiter? waiter, out _);
            if (admission == Admission.Granted)
            {
                _granted.Add(caller, grant);
            }
            else if (admission == Admission.Waiting)
            {
                _waiters.Add(caller, waiter!);
            }

            return admission;
        }

        public void Cancel(int caller)
        {
            _ledger.Cancel(_waiters[caller]);
            _waiters[caller].Outcome.ShouldBe(Admission.Cancelled);
        }

        public void Settle(int caller)
        {
            Grant grant = _granted[caller];
            _ledger.Settle(ref grant, Verdict.Ok, Time.GetTimestamp());
            _granted[caller] = grant;
        }

        /// <summary>Ends an attempt, or gives back what one held that was never sent.</summary>
        public void Finish(int caller, bool sent)
        {
            _granted.Remove(caller, out Grant grant);
            if (sent || grant.IsSettled)
            {
                _ledger.Release(ref grant);
            }
            else
            {
                _ledger.Return(ref grant);
            }
        }

        public void Close(TimeSpan wait) => _ledger.CloseGate(new QuotaKey("test", "a", QuotaKey.AllResources), new GateClosing(wait, IsExhausted: false, "a test says so"));

        public void Dispose()
        {
            foreach (int caller in Holding.ToArray())
            {
                Finish(caller, sent: true);
            }
        }
    }
}
