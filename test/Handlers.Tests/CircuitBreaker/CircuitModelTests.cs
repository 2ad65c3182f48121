using FsCheck;
using FsCheck.Fluent;
using Handlers.CircuitBreaker;
using Handlers.Tests.Support;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>Random interleavings against <see cref="ReferenceCircuit"/>, and the same operations from many threads against invariants.</summary>
public class CircuitModelTests
{
    [Fact]
    [Trait("Requirement", "C1")]
    public void Behaves_like_the_reference_under_random_interleavings()
    {
        Gen<Step> step = Gen.Frequency(
            (8, Gen.Constant(new Step(Act.Admit))),
            (2, Gen.Constant(new Step(Act.Look))),
            (10, Gen.Choose(0, 1_000).SelectMany(pick => Gen.Elements(Enum.GetValues<CircuitSignal>()).Select(signal => new Step(Act.Record, pick, signal)))),
            (2, Gen.Choose(0, 1_000).SelectMany(pick => Gen.Choose(1, 40).Select(delay => new Step(Act.Record, pick, CircuitSignal.Failure, delay)))),
            (6, Gen.Choose(1, 15).Select(seconds => new Step(Act.Advance, seconds))),
            (1, Gen.Elements(new Step(Act.Isolate), new Step(Act.Reset))));

        Prop.ForAll(step.ArrayOf(400).ToArbitrary(), Agrees).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Under_many_threads_probes_stay_within_their_number_and_every_permit_is_accounted_for()
    {
        const int threads = 4;
        const int attempts = 20_000;
        var fixture = new CircuitFixture(o =>
        {
            o.FailureThreshold = 3;
            o.BreakDuration = TimeSpan.FromMilliseconds(5);
            o.MaxBreakDuration = TimeSpan.FromMilliseconds(5);
            o.SuccessThreshold = 4;
            o.RampDuration = TimeSpan.FromMilliseconds(20);
            o.ProbeTimeout = TimeSpan.FromDays(1);
        });
        Circuit circuit = fixture.Circuit;
        var probesOfPhase = new Dictionary<CircuitPhase, int>();
        int mostProbes = 0;
        long neutral = 0;

        Crowd.Run(threads, seed =>
        {
            var random = new Random(seed);
            for (int i = 0; i < attempts; i++)
            {
                fixture.Clock.Advance(TimeSpan.FromTicks(random.Next(20_000)));
                if (!circuit.TryAdmit(out CircuitPermit permit, out _, out _))
                {
                    continue;
                }

                CountProbe(permit, +1);
                CircuitSignal signal = random.Next(10) switch { < 6 => CircuitSignal.Success, < 8 => CircuitSignal.Failure, _ => CircuitSignal.Neutral };
                Thread.Yield();
                CountProbe(permit, -1);
                circuit.Record(permit, signal);
                Interlocked.Add(ref neutral, signal == CircuitSignal.Neutral ? 1 : 0);
            }
        });

        CircuitSnapshot end = circuit.Snapshot();
        mostProbes.ShouldBeInRange(1, 3);
        (end.Accepted + end.Rejected).ShouldBe(threads * attempts);
        (end.Succeeded + end.Failed + end.Stale).ShouldBeInRange(end.Accepted - neutral, end.Accepted);
        CircuitFixture.Moves(end, CircuitState.Open, CircuitState.HalfOpen).ShouldBeGreaterThan(0);
        CircuitFixture.Moves(end, CircuitState.HalfOpen, CircuitState.Closed).ShouldBeGreaterThan(0);
        long opened = end.Transitions.Values.Sum(to => to.GetValueOrDefault(CircuitState.Open));
        long probed = CircuitFixture.Moves(end, CircuitState.Open, CircuitState.HalfOpen);
        (opened - probed).ShouldBe(end.State == CircuitState.Open ? 1 : 0);

        // Counted after the slot is taken and until before it is given back: never more than the circuit itself holds.
        void CountProbe(CircuitPermit permit, int change)
        {
            if (permit.IsProbe)
            {
                lock (probesOfPhase)
                {
                    int held = probesOfPhase.GetValueOrDefault(permit.Phase!) + change;
                    probesOfPhase[permit.Phase!] = held;
                    mostProbes = Math.Max(mostProbes, held);
                }
            }
        }
    }

    private static bool Agrees(Step[] steps)
    {
        CircuitSettings settings = CircuitFixture.Settings(o =>
        {
            o.FailureThreshold = 2;
            o.BreakDuration = TimeSpan.FromSeconds(10);
            o.MaxBreakDuration = TimeSpan.FromSeconds(35);
            o.ProbeTimeout = TimeSpan.FromSeconds(20);
        });
        var clock = new ManualClock();
        var circuit = new Circuit("c", "a", settings, clock);
        var reference = new ReferenceCircuit(settings);
        var permits = new List<(int Id, CircuitPermit Permit, double Since)>();
        int id = 0;

        foreach (Step step in steps)
        {
            CircuitState before = circuit.State;
            switch (step.Act)
            {
                case Act.Look:
                    circuit.MayPass(out _).ShouldBe(reference.MayPass());
                    break;
                case Act.Admit:
                    id++;
                    bool admitted = circuit.TryAdmit(out CircuitPermit permit, out CircuitRefusal? refusal, out _);
                    admitted.ShouldBe(reference.TryAdmit(id));
                    if (admitted)
                    {
                        permits.Add((id, permit, reference.Now));
                    }
                    else if (refusal!.State != CircuitState.Isolated)
                    {
                        refusal.RetryAfter!.Value.ShouldBeGreaterThan(TimeSpan.Zero);
                    }

                    break;
                case Act.Record when permits.Count > 0:
                    int which = step.Number % permits.Count;
                    TimeSpan? delay = step.Delay is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
                    var took = TimeSpan.FromSeconds(reference.Now - permits[which].Since);
                    CircuitTransition? transition = circuit.Record(permits[which].Permit, step.Signal, delay, took);
                    reference.Record(permits[which].Id, step.Signal, step.Delay);
                    permits.RemoveAt(which);
                    (transition?.To ?? before).ShouldBe(reference.State);
                    break;
                case Act.Advance:
                    clock.Advance(step.Number);
                    reference.Now += step.Number;
                    break;
                case Act.Isolate:
                    circuit.Isolate();
                    reference.Isolate();
                    break;
                case Act.Reset:
                    circuit.Reset();
                    reference.Reset();
                    break;
                default:
                    break;
            }

            circuit.State.ShouldBe(reference.State);
            reference.ProbesInFlight.ShouldBeLessThanOrEqualTo(settings.HalfOpenMaxCalls);
            if (before == CircuitState.HalfOpen && circuit.State == CircuitState.Closed && step.Act == Act.Record)
            {
                reference.SuccessesAtClosing.ShouldBe(settings.SuccessThreshold);
            }
        }

        return true;
    }

    private enum Act
    {
        Admit,
        Look,
        Record,
        Advance,
        Isolate,
        Reset,
    }

    private sealed record Step(Act Act, int Number = 0, CircuitSignal Signal = CircuitSignal.Neutral, int? Delay = null);
}
