using FsCheck;
using FsCheck.Fluent;
using Handlers.CircuitBreaker;
using Handlers.Tests.Support;

namespace Handlers.Tests.CircuitBreaker;

public class CircuitRampTests
{
    [Fact]
    [Trait("Requirement", "A6")]
    public void After_closing_the_admitted_rate_doubles_each_second_until_there_is_no_limit()
    {
        CircuitFixture fixture = Ramping();

        int[] admitted = Seconds(fixture, 11, Always);

        ShouldBeAbout(admitted[..8], [10 + 3, 6, 12, 24, 48, 96, 192, 384]);
        admitted[10].ShouldBe(OfferedPerSecond);
    }

    [Fact]
    public void After_the_ramp_it_is_closed_without_a_limit()
    {
        CircuitFixture fixture = Ramping();

        fixture.Clock.Advance(10);

        fixture.Attempts(1_000, CircuitSignal.Success);
        fixture.Circuit.Snapshot().Rejected.ShouldBe(0);
    }

    [Fact]
    public void A_refusal_by_the_ramp_asks_for_a_short_patience_and_spreads_those_it_refuses()
    {
        CircuitFixture fixture = Ramping();
        fixture.Attempts(10, CircuitSignal.Success);

        CircuitRefusal[] refusals = [.. Enumerable.Range(0, 4).Select(_ => fixture.Refused())];

        refusals.ShouldAllBe(refusal => refusal.State == CircuitState.Closed);
        refusals.Select(refusal => Math.Round(refusal.RetryAfter!.Value.TotalSeconds, 3)).ShouldBe([0.333, 0.667, 1, 0.333]);
    }

    [Fact]
    public void Who_waits_as_told_is_admitted()
    {
        CircuitFixture fixture = Ramping();
        fixture.Attempts(10, CircuitSignal.Success);

        fixture.Clock.Advance(fixture.Refused().RetryAfter!.Value);

        fixture.Attempts(1, CircuitSignal.Success);
        fixture.Circuit.Snapshot().Rejected.ShouldBe(1);
    }

    [Fact]
    public void Those_who_waited_for_the_circuit_do_not_come_all_together()
    {
        CircuitFixture fixture = Ramping();
        var waited = new Urgency(TimeSpan.FromSeconds(20), IsBack: true);

        Enumerable.Range(0, 20).Count(i => fixture.Circuit.TryAdmit(out _, out _, out _, waited)).ShouldBe(3);
        fixture.Attempts(7, CircuitSignal.Success);

        fixture.Refused();
    }

    [Fact]
    public void An_upstream_short_of_capacity_gets_what_it_can_serve()
    {
        CircuitFixture fixture = Ramping();
        const int capacity = 20;
        var server = new TokenBucket(fixture.Clock, capacity);

        int[] admitted = Seconds(fixture, 60, server.Serves);

        admitted[6..].ShouldAllBe(count => count >= 0.9 * capacity && count <= 1.5 * capacity);
        CircuitFixture.Moves(fixture.Circuit.Snapshot(), CircuitState.Closed, CircuitState.Open).ShouldBe(1);
    }

    [Fact]
    public void Steps_become_small_where_the_upstream_is_used_to_the_full()
    {
        CircuitFixture fixture = Ramping();
        const int capacity = 40;
        var server = new TokenBucket(fixture.Clock, capacity);
        Seconds(fixture, 20, server.Serves);
        CircuitSnapshot before = fixture.Circuit.Snapshot();

        Seconds(fixture, 40, server.Serves);

        CircuitSnapshot after = fixture.Circuit.Snapshot();
        (after.Succeeded - before.Succeeded).ShouldBeGreaterThan((long)(0.93 * capacity * 40));
        (after.Failed - before.Failed).ShouldBeLessThan((long)(0.08 * capacity * 40));
    }

    [Fact]
    public void A_few_failures_that_do_not_come_from_the_load_hold_nobody_back()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);
        var random = new Random(1);

        int[] admitted = Seconds(fixture, 40, () => random.NextDouble() > 0.08);

        admitted[^1].ShouldBe(OfferedPerSecond);
    }

    [Fact]
    public void Failures_by_chance_beside_a_shortage_do_not_wear_the_rate_down()
    {
        const int capacity = 40;

        double served = Enumerable.Range(1, 10).Average(seed =>
        {
            CircuitFixture fixture = Ramping(o => (o.FailureThreshold, o.BreakDuration, o.MaxBreakDuration) = (10, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1)));
            var server = new TokenBucket(fixture.Clock, capacity);
            var random = new Random(seed);
            Seconds(fixture, 120, () => random.NextDouble() > 0.08 && server.Serves());
            return fixture.Circuit.Snapshot().Succeeded / 120.0;
        });

        served.ShouldBeGreaterThan(0.8 * capacity);
    }

    [Fact]
    public void What_failed_all_the_time_before_an_outage_is_not_taken_for_a_shortage_after_it()
    {
        const int capacity = 40;

        double served = Enumerable.Range(1, 10).Average(seed =>
        {
            var fixture = new CircuitFixture(o => (o.FailureThreshold, o.BreakDuration, o.MaxBreakDuration, o.RampDuration) =
                (10, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10)));
            var random = new Random(seed);
            bool Draw() => random.NextDouble() > 0.15;
            Seconds(fixture, 2, Draw, successesTake: TimeSpan.FromMilliseconds(100));
            Seconds(fixture, 2, Never);
            long before = fixture.Circuit.Snapshot().Succeeded;
            var server = new TokenBucket(fixture.Clock, capacity);
            Seconds(fixture, 60, () => Draw() && server.Serves());
            return (fixture.Circuit.Snapshot().Succeeded - before) / 60.0;
        });

        served.ShouldBeGreaterThan(0.8 * capacity);
    }

    [Fact]
    public void Where_failing_is_quicker_than_succeeding_the_rate_is_not_taken_for_too_high()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 10);
        const int capacity = 40;
        var server = new TokenBucket(fixture.Clock, capacity);

        int[] admitted = Seconds(fixture, 60, server.Serves, successesTake: TimeSpan.FromSeconds(2));

        admitted[8..].ShouldAllBe(count => count >= 0.9 * capacity && count <= 1.5 * capacity);
        CircuitFixture.Moves(fixture.Circuit.Snapshot(), CircuitState.Closed, CircuitState.Open).ShouldBe(1);
    }

    [Fact]
    public void A_surplus_refused_in_one_run_cuts_the_rate_and_does_not_open_the_circuit()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 10);
        const int capacity = 50;
        var server = new FixedWindow(fixture.Clock, capacity);

        int[] admitted = Seconds(fixture, 60, server.Serves);

        admitted[6..].Average().ShouldBeInRange(capacity * 0.9, capacity * 1.3);
        CircuitFixture.Moves(fixture.Circuit.Snapshot(), CircuitState.Closed, CircuitState.Open).ShouldBe(1);
    }

    [Fact]
    public void When_capacity_comes_back_the_ramp_ends_even_after_cuts()
    {
        CircuitFixture fixture = Ramping();
        Seconds(fixture, 10, new TokenBucket(fixture.Clock, 20).Serves);

        Seconds(fixture, 25, Always);

        Seconds(fixture, 1, Always).ShouldBe([OfferedPerSecond]);
    }

    [Fact]
    public void Failures_that_do_not_come_from_the_load_slow_nobody_down_for_long()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);
        int call = 0;
        Seconds(fixture, 4, Always);

        int[] admitted = Seconds(fixture, 15, () => call++ % 2 == 0);

        admitted[12..].ShouldAllBe(count => count == OfferedPerSecond);
    }

    [Fact]
    public void Failures_from_the_start_hold_the_rate_for_the_length_of_the_ramp_only()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);
        int call = 0;

        int[] admitted = Seconds(fixture, 12, () => call++ % 2 == 0);

        admitted[1..9].ShouldAllBe(count => count <= 6);
        admitted[10..].ShouldAllBe(count => count == OfferedPerSecond);
    }

    [Fact]
    public void An_upstream_that_is_down_again_opens_the_circuit_within_the_ramp()
    {
        CircuitFixture fixture = Ramping();
        Seconds(fixture, 4, Always);
        long failedBefore = fixture.Circuit.Snapshot().Failed;

        Seconds(fixture, 3, Never);

        CircuitSnapshot snapshot = fixture.Circuit.Snapshot();
        snapshot.State.ShouldBe(CircuitState.Open);
        (snapshot.Failed - failedBefore).ShouldBeLessThanOrEqualTo(20);
    }

    [Fact]
    public void As_long_as_it_holds_nobody_back_failures_in_a_row_open_the_circuit_as_ever()
    {
        CircuitFixture fixture = Ramping();
        fixture.Attempts(5, CircuitSignal.Success);

        CircuitTransition? transition = fixture.Attempts(5, CircuitSignal.Failure);

        transition!.Reason.ShouldBe(CircuitTransitionReason.ConsecutiveFailures);
    }

    [Fact]
    public void Results_of_calls_sent_before_a_cut_do_not_cut_again()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);
        Seconds(fixture, 3, Always);
        var slow = new List<CircuitPermit>();
        while (fixture.Circuit.TryAdmit(out CircuitPermit permit, out _, out _))
        {
            slow.Add(permit);
        }

        int[] cut = Seconds(fixture, 1, Never);
        slow.ForEach(permit => fixture.Circuit.Record(permit, CircuitSignal.Failure));
        int[] after = Seconds(fixture, 4, Always);

        cut[0].ShouldBeGreaterThan(10);
        ShouldBeAbout(after, [3, 3, 4, 5]);
    }

    [Fact]
    public void Opening_within_the_ramp_is_no_recovery()
    {
        CircuitFixture fixture = Ramping();
        fixture.Clock.Advance(9);

        CircuitTransition? opening = fixture.Attempts(5, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public void Opening_after_the_ramp_is_a_first_break_again()
    {
        CircuitFixture fixture = Ramping();
        fixture.Clock.Advance(10);

        CircuitTransition? opening = fixture.Attempts(5, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_reset_by_hand_needs_no_ramp()
    {
        var fixture = new CircuitFixture(o => o.RampDuration = TimeSpan.FromSeconds(10));
        fixture.Open();

        fixture.Circuit.Reset();

        fixture.Attempts(100, CircuitSignal.Success);
        fixture.Circuit.Snapshot().Rejected.ShouldBe(0);
    }

    [Fact]
    public void A_client_with_no_more_than_the_half_open_calls_in_any_second_is_never_refused()
    {
        Gen<int[]> gaps = Gen.OneOf(Gen.Choose(0, 400), Gen.Choose(0, 2_000)).ArrayOf(60);

        Prop.ForAll(gaps.ToArbitrary(), NeverRefused).QuickCheckThrowOnFailure();

        static bool NeverRefused(int[] gaps)
        {
            CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);
            var sent = new List<long>();
            foreach (int gap in gaps)
            {
                fixture.Clock.Advance(TimeSpan.FromMilliseconds(gap));
                long now = fixture.Clock.GetTimestamp();
                if (sent.Count >= 3 && now - sent[^3] < TimeSpan.TicksPerSecond)
                {
                    continue;
                }

                sent.Add(now);
                if (!fixture.Circuit.TryAdmit(out CircuitPermit permit, out _, out _))
                {
                    return false;
                }

                fixture.Circuit.Record(permit, gap % 2 == 0 ? CircuitSignal.Failure : CircuitSignal.Success);
            }

            return true;
        }
    }

    private const int OfferedPerSecond = 1_000;

    private static CircuitFixture Ramping(Action<CircuitBreakerOptions>? configure = null)
    {
        var fixture = new CircuitFixture(o =>
        {
            o.RampDuration = TimeSpan.FromSeconds(10);
            configure?.Invoke(o);
        });
        while (fixture.Circuit.State == CircuitState.Closed)
        {
            fixture.Circuit.Record(fixture.Admit(), CircuitSignal.Failure);
        }

        fixture.Clock.Advance(60);
        fixture.Attempts(2, CircuitSignal.Success)!.To.ShouldBe(CircuitState.Closed);
        return fixture;
    }

    private static void ShouldBeAbout(int[] actual, int[] expected) =>
        actual.Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 3, string.Join(", ", actual));

    /// <summary>Offers a call each millisecond; how many were admitted in each second. A failure comes at once, and so does a success unless it takes longer.</summary>
    private static int[] Seconds(CircuitFixture fixture, int seconds, Func<bool> serves, TimeSpan successesTake = default)
    {
        int[] admitted = new int[seconds];
        var succeeding = new Queue<(CircuitPermit Permit, long At)>();
        for (int millisecond = 0; millisecond < seconds * OfferedPerSecond; millisecond++)
        {
            if (fixture.Circuit.TryAdmit(out CircuitPermit permit, out _, out _))
            {
                admitted[millisecond / OfferedPerSecond]++;
                if (serves())
                {
                    succeeding.Enqueue((permit, fixture.Clock.GetTimestamp() + successesTake.Ticks));
                }
                else
                {
                    fixture.Circuit.Record(permit, CircuitSignal.Failure);
                }
            }

            while (succeeding.TryPeek(out (CircuitPermit Permit, long At) next) && next.At <= fixture.Clock.GetTimestamp())
            {
                fixture.Circuit.Record(succeeding.Dequeue().Permit, CircuitSignal.Success, serverDelay: null, successesTake);
            }

            fixture.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        return admitted;
    }

    private static bool Always() => true;

    private static bool Never() => false;

    private sealed class TokenBucket(ManualClock clock, int perSecond)
    {
        private double _tokens = perSecond;
        private long _filledAt = clock.GetTimestamp();

        public bool Serves()
        {
            _tokens = Math.Min(perSecond, _tokens + (perSecond * clock.GetElapsedTime(_filledAt).TotalSeconds));
            _filledAt = clock.GetTimestamp();
            bool serves = _tokens >= 1;
            _tokens -= serves ? 1 : 0;
            return serves;
        }
    }

    private sealed class FixedWindow(ManualClock clock, int perSecond)
    {
        // Not in step with the ramp's slots.
        private readonly long _origin = clock.GetTimestamp() - (TimeSpan.TicksPerSecond * 4 / 10);
        private int _window;
        private int _served;

        public bool Serves()
        {
            int window = (int)clock.GetElapsedTime(_origin).TotalSeconds;
            _served = window == _window ? _served + 1 : 1;
            _window = window;
            return _served <= perSecond;
        }
    }
}
