using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

public class CircuitTests
{
    [Fact]
    [Trait("Requirement", "C1")]
    [Trait("Requirement", "E2")]
    public void Five_failures_in_a_row_open_it_for_sixty_seconds()
    {
        var fixture = new CircuitFixture();

        CircuitTransition? fourth = fixture.Attempts(4, CircuitSignal.Failure);
        CircuitTransition? fifth = fixture.Attempts(1, CircuitSignal.Failure);
        CircuitRefusal refusal = fixture.Refused();

        fourth.ShouldBeNull();
        fifth.ShouldBe(new CircuitTransition(
            CircuitState.Closed,
            CircuitState.Open,
            CircuitTransitionReason.ConsecutiveFailures,
            Failures: 5,
            TimeSpan.FromSeconds(60),
            fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(60)));
        refusal.State.ShouldBe(CircuitState.Open);
        refusal.Failures.ShouldBe(5);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(60));
        refusal.RetryAt.ShouldBe(fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(60));
    }

    [Fact]
    [Trait("Requirement", "C1")]
    public void A_success_starts_the_count_anew()
    {
        var fixture = new CircuitFixture();

        fixture.Attempts(4, CircuitSignal.Failure);
        fixture.Attempts(1, CircuitSignal.Success);
        fixture.Attempts(4, CircuitSignal.Failure);

        fixture.Circuit.State.ShouldBe(CircuitState.Closed);
        fixture.Circuit.Snapshot().Failures.ShouldBe(4);
    }

    [Fact]
    [Trait("Requirement", "C1")]
    public void Backpressure_neither_opens_it_nor_clears_the_count()
    {
        var fixture = new CircuitFixture();
        fixture.Attempts(4, CircuitSignal.Failure);

        fixture.Attempts(100, CircuitSignal.Neutral);

        fixture.Circuit.State.ShouldBe(CircuitState.Closed);
        fixture.Circuit.Snapshot().Failures.ShouldBe(4);
    }

    [Fact]
    public void The_look_before_the_queue_takes_no_slot_and_changes_no_state()
    {
        var fixture = new CircuitFixture();
        fixture.Open();
        fixture.Clock.Advance(60);

        bool[] looks = [fixture.Circuit.MayPass(out _), fixture.Circuit.MayPass(out _)];

        looks.ShouldAllBe(passes => passes);
        fixture.Circuit.State.ShouldBe(CircuitState.Open);
        fixture.Circuit.Snapshot().Accepted.ShouldBe(5);
        fixture.Admit().IsProbe.ShouldBeTrue();
    }

    [Fact]
    public void The_look_before_the_queue_refuses_with_what_is_left_of_the_break()
    {
        var fixture = new CircuitFixture();
        fixture.Open();
        fixture.Clock.Advance(59.5);

        bool passes = fixture.Circuit.MayPass(out CircuitRefusal? refusal);

        passes.ShouldBeFalse();
        refusal!.RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.5));
        refusal.Since.ShouldBe(fixture.Clock.GetUtcNow() - TimeSpan.FromSeconds(59.5));
    }

    [Fact]
    public void The_first_admission_after_the_break_turns_it_half_open()
    {
        var fixture = new CircuitFixture();
        fixture.Open();
        fixture.Clock.Advance(60);

        fixture.Circuit.TryAdmit(out CircuitPermit permit, out _, out CircuitTransition? transition).ShouldBeTrue();

        permit.IsProbe.ShouldBeTrue();
        transition.ShouldBe(new CircuitTransition(
            CircuitState.Open, CircuitState.HalfOpen, CircuitTransitionReason.BreakOver, Failures: 5, Break: null, OpenUntil: null));
    }

    [Fact]
    [Trait("Requirement", "C1")]
    public void One_probe_until_the_first_success_then_three_at_once()
    {
        var fixture = new CircuitFixture(o => o.SuccessThreshold = 5);
        CircuitPermit first = fixture.OpenThenProbe();
        CircuitRefusal whileAlone = fixture.Refused();

        fixture.Circuit.Record(first, CircuitSignal.Success);
        for (int i = 0; i < 3; i++)
        {
            fixture.Admit().IsProbe.ShouldBeTrue();
        }

        CircuitRefusal whileThree = fixture.Refused();

        whileAlone.State.ShouldBe(CircuitState.HalfOpen);
        whileThree.State.ShouldBe(CircuitState.HalfOpen);
    }

    [Fact]
    public void With_all_probes_under_way_it_asks_for_a_short_patience()
    {
        var fixture = new CircuitFixture();
        fixture.OpenThenProbe();

        CircuitRefusal refusal = fixture.Refused();

        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(1));
        refusal.RetryAt.ShouldBe(fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(1));
    }

    [Fact]
    [Trait("Requirement", "A6")]
    [Trait("Requirement", "C1")]
    [Trait("Requirement", "E2")]
    public void Two_successful_probes_close_it()
    {
        var fixture = new CircuitFixture();
        CircuitTransition? afterFirst = fixture.Circuit.Record(fixture.OpenThenProbe(), CircuitSignal.Success);

        CircuitTransition? afterSecond = fixture.Attempts(1, CircuitSignal.Success);

        afterFirst.ShouldBeNull();
        afterSecond!.To.ShouldBe(CircuitState.Closed);
        afterSecond.Reason.ShouldBe(CircuitTransitionReason.Recovered);
        fixture.Circuit.Snapshot().Failures.ShouldBe(0);
    }

    [Theory]
    [Trait("Requirement", "E2")]
    [InlineData(0)]
    [InlineData(1)]
    public void Any_failed_probe_opens_it_again(int successesBefore)
    {
        var fixture = new CircuitFixture();
        CircuitPermit probe = fixture.OpenThenProbe();
        if (successesBefore == 1)
        {
            fixture.Circuit.Record(probe, CircuitSignal.Success);
            probe = fixture.Admit();
        }

        CircuitTransition? transition = fixture.Circuit.Record(probe, CircuitSignal.Failure);

        transition!.To.ShouldBe(CircuitState.Open);
        transition.Reason.ShouldBe(CircuitTransitionReason.ProbeFailed);
        transition.Failures.ShouldBe(6);
    }

    [Fact]
    public void A_neutral_probe_gives_its_slot_back_and_says_nothing()
    {
        var fixture = new CircuitFixture();
        CircuitPermit probe = fixture.OpenThenProbe();

        CircuitTransition? transition = fixture.Circuit.Record(probe, CircuitSignal.Neutral);

        transition.ShouldBeNull();
        fixture.Circuit.State.ShouldBe(CircuitState.HalfOpen);
        fixture.Circuit.Snapshot().AvailablePermits.ShouldBe(1);
    }

    [Fact]
    public void A_slot_given_back_twice_is_free_once()
    {
        var fixture = new CircuitFixture();
        CircuitPermit first = fixture.OpenThenProbe();
        fixture.Circuit.Record(first, CircuitSignal.Neutral);
        fixture.Admit();

        fixture.Circuit.Record(first, CircuitSignal.Neutral);

        fixture.Circuit.Snapshot().AvailablePermits.ShouldBe(0);
        fixture.Refused();
    }

    [Fact]
    public void A_hung_probe_gives_its_slot_to_another()
    {
        var fixture = new CircuitFixture(o => o.ProbeTimeout = TimeSpan.FromSeconds(20));
        fixture.OpenThenProbe();
        fixture.Clock.Advance(19.5);
        CircuitRefusal before = fixture.Refused();

        fixture.Clock.Advance(0.5);
        CircuitPermit second = fixture.Admit();

        before.RetryAfter.ShouldBe(TimeSpan.FromSeconds(0.5));
        second.IsProbe.ShouldBeTrue();
    }

    [Fact]
    public void The_late_result_of_a_hung_probe_counts_but_frees_no_other_slot()
    {
        var fixture = new CircuitFixture(o =>
        {
            o.HalfOpenMaxCalls = 1;
            o.ProbeTimeout = TimeSpan.FromSeconds(20);
        });
        CircuitPermit hung = fixture.OpenThenProbe();
        fixture.Clock.Advance(20);
        CircuitPermit second = fixture.Admit();

        fixture.Circuit.Record(hung, CircuitSignal.Success);
        fixture.Refused();
        CircuitTransition? closing = fixture.Circuit.Record(second, CircuitSignal.Success);

        closing!.To.ShouldBe(CircuitState.Closed);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Results_of_an_earlier_generation_never_count(int signal)
    {
        var fixture = new CircuitFixture();
        CircuitPermit slow = fixture.Admit();
        CircuitPermit probe = fixture.OpenThenProbe();

        CircuitTransition? transition = fixture.Circuit.Record(slow, (CircuitSignal)signal);

        transition.ShouldBeNull();
        CircuitSnapshot snapshot = fixture.Circuit.Snapshot();
        snapshot.State.ShouldBe(CircuitState.HalfOpen);
        snapshot.Stale.ShouldBe(1);
        snapshot.AvailablePermits.ShouldBe(0);
        fixture.Circuit.Record(probe, CircuitSignal.Success).ShouldBeNull();
    }

    [Fact]
    public void Failures_of_before_the_break_do_not_count_after_closing()
    {
        var fixture = new CircuitFixture();
        CircuitPermit[] failing = [.. Enumerable.Range(0, 5).Select(_ => fixture.Admit())];
        CircuitPermit[] slow = [.. Enumerable.Range(0, 10).Select(_ => fixture.Admit())];
        Array.ForEach(failing, permit => fixture.Circuit.Record(permit, CircuitSignal.Failure));
        fixture.Clock.Advance(60);
        fixture.Attempts(2, CircuitSignal.Success)!.To.ShouldBe(CircuitState.Closed);

        foreach (CircuitPermit permit in slow)
        {
            fixture.Circuit.Record(permit, CircuitSignal.Failure);
        }

        fixture.Circuit.State.ShouldBe(CircuitState.Closed);
        fixture.Circuit.Snapshot().Failures.ShouldBe(0);
        fixture.Circuit.Snapshot().Stale.ShouldBe(10);
    }

    [Fact]
    public void A_permit_that_was_never_given_is_ignored()
    {
        var fixture = new CircuitFixture(o => o.FailureThreshold = 1);

        CircuitTransition? transition = fixture.Circuit.Record(default, CircuitSignal.Failure);

        transition.ShouldBeNull();
        fixture.Circuit.Snapshot().ShouldSatisfyAllConditions(s => s.Failed.ShouldBe(0), s => s.Stale.ShouldBe(0));
    }

    [Fact]
    public void Each_break_without_recovery_is_twice_as_long_up_to_the_maximum()
    {
        var fixture = new CircuitFixture(o => o.MaxBreakDuration = TimeSpan.FromMinutes(5));
        fixture.Open();
        var breaks = new List<double>();

        for (int i = 0; i < 4; i++)
        {
            fixture.Clock.Advance(fixture.Refused().RetryAfter!.Value);
            breaks.Add(fixture.Attempts(1, CircuitSignal.Failure)!.Break!.Value.TotalSeconds);
        }

        breaks.ShouldBe([120, 240, 300, 300]);
    }

    [Fact]
    public void A_maximum_below_the_break_only_keeps_it_from_growing()
    {
        var fixture = new CircuitFixture(o => o.MaxBreakDuration = TimeSpan.FromSeconds(1));

        fixture.Open();
        TimeSpan? first = fixture.Refused().RetryAfter;
        fixture.Clock.Advance(60);
        CircuitTransition? reopened = fixture.Attempts(1, CircuitSignal.Failure);

        first.ShouldBe(TimeSpan.FromSeconds(60));
        reopened!.Break.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Closing_makes_the_next_break_short_again()
    {
        var fixture = new CircuitFixture();
        fixture.Circuit.Record(fixture.OpenThenProbe(), CircuitSignal.Failure);
        fixture.Clock.Advance(120);
        fixture.Attempts(2, CircuitSignal.Success)!.To.ShouldBe(CircuitState.Closed);

        CircuitTransition? opening = fixture.Attempts(5, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_longer_wait_named_by_the_server_is_never_shortened()
    {
        var fixture = new CircuitFixture();
        fixture.Attempts(1, CircuitSignal.Failure, TimeSpan.FromMinutes(10));
        fixture.Clock.Advance(60);

        CircuitTransition? opening = fixture.Attempts(4, CircuitSignal.Failure, TimeSpan.FromSeconds(1));

        opening!.Break.ShouldBe(TimeSpan.FromMinutes(9));
    }

    [Fact]
    public void A_server_wait_that_arrives_late_still_prolongs_the_break()
    {
        var fixture = new CircuitFixture();
        CircuitPermit slow = fixture.Admit();
        fixture.Open();

        fixture.Circuit.Record(slow, CircuitSignal.Failure, TimeSpan.FromSeconds(90));

        fixture.Refused().RetryAfter.ShouldBe(TimeSpan.FromSeconds(90));
        fixture.Circuit.Snapshot().Stale.ShouldBe(1);
    }

    [Fact]
    public void A_wait_that_came_with_backpressure_is_the_gates_business()
    {
        var fixture = new CircuitFixture();

        fixture.Attempts(1, CircuitSignal.Neutral, TimeSpan.FromHours(1));
        CircuitTransition? opening = fixture.Attempts(5, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Theory]
    [InlineData(-3600)]
    [InlineData(+3600)]
    public void Setting_the_wall_clock_does_not_move_the_break(int seconds)
    {
        var fixture = new CircuitFixture();
        fixture.Open();

        fixture.Clock.StepWallClock(TimeSpan.FromSeconds(seconds));
        fixture.Clock.Advance(59);
        CircuitRefusal refusal = fixture.Refused();
        fixture.Clock.Advance(1);
        CircuitPermit probe = fixture.Admit();

        refusal.RetryAt.ShouldBe(fixture.Clock.GetUtcNow());
        probe.IsProbe.ShouldBeTrue();
    }

    [Fact]
    public void In_ratio_mode_half_failures_of_twenty_attempts_open_it()
    {
        var fixture = new CircuitFixture(o => o.FailureRatio = 0.5);
        for (int i = 0; i < 9; i++)
        {
            fixture.Attempts(1, CircuitSignal.Success);
            fixture.Attempts(1, CircuitSignal.Failure);
        }

        fixture.Attempts(1, CircuitSignal.Success);
        CircuitState afterNineteen = fixture.Circuit.State;
        CircuitTransition? twentieth = fixture.Attempts(1, CircuitSignal.Failure);

        afterNineteen.ShouldBe(CircuitState.Closed);
        twentieth!.Reason.ShouldBe(CircuitTransitionReason.FailureRatio);
    }

    [Fact]
    public void In_ratio_mode_failures_in_a_row_below_the_minimum_throughput_say_nothing()
    {
        var fixture = new CircuitFixture(o => o.FailureRatio = 0.1);

        CircuitTransition? last = fixture.Attempts(19, CircuitSignal.Failure);

        last.ShouldBeNull();
    }

    [Fact]
    public void In_ratio_mode_old_results_leave_the_window()
    {
        var fixture = new CircuitFixture(o => o.FailureRatio = 0.5);
        fixture.Attempts(19, CircuitSignal.Failure);

        fixture.Clock.Advance(30);
        CircuitTransition? last = fixture.Attempts(19, CircuitSignal.Failure);

        last.ShouldBeNull();
    }

    [Fact]
    [Trait("Requirement", "C1")]
    public void Failures_that_are_merely_quicker_than_successes_do_not_open_it()
    {
        var fixture = new CircuitFixture();
        CircuitPermit[] slow = [.. Enumerable.Range(0, 20).Select(_ => fixture.Admit())];

        fixture.Attempts(20, CircuitSignal.Failure);
        CircuitState before = fixture.Circuit.State;
        fixture.Circuit.Record(slow[0], CircuitSignal.Success);

        before.ShouldBe(CircuitState.Closed);
        fixture.Circuit.Snapshot().Failures.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void When_those_that_left_beside_the_failures_have_ended_without_success_it_opens(bool failed)
    {
        var fixture = new CircuitFixture();
        CircuitPermit[] slow = [.. Enumerable.Range(0, 3).Select(_ => fixture.Admit())];
        fixture.Attempts(10, CircuitSignal.Failure);
        CircuitPermit last = fixture.Admit();

        CircuitState whileThree = fixture.Circuit.State;
        fixture.Circuit.Record(slow[0], failed ? CircuitSignal.Failure : CircuitSignal.Neutral);
        fixture.Circuit.Record(last, CircuitSignal.Failure);

        whileThree.ShouldBe(CircuitState.Closed);
        fixture.Circuit.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public void What_left_after_the_failed_ones_does_not_speak_for_the_upstream()
    {
        var fixture = new CircuitFixture();
        CircuitPermit[] failing = [.. Enumerable.Range(0, 5).Select(_ => fixture.Admit())];
        _ = Enumerable.Range(0, 50).Select(_ => fixture.Admit()).ToArray();

        Array.ForEach(failing, permit => fixture.Circuit.Record(permit, CircuitSignal.Failure));

        fixture.Circuit.State.ShouldBe(CircuitState.Open);
    }

    [Theory]
    [InlineData(3, 6)]
    [InlineData(0, 60)]
    [InlineData(50, 60)]
    public void It_waits_for_slow_ones_twice_as_long_as_a_success_takes_and_no_longer_than_for_a_probe(int successSeconds, int patienceSeconds)
    {
        var fixture = new CircuitFixture();
        if (successSeconds > 0)
        {
            fixture.Circuit.Record(fixture.Admit(), CircuitSignal.Success, serverDelay: null, TimeSpan.FromSeconds(successSeconds));
        }

        _ = Enumerable.Range(0, 100).Select(_ => fixture.Admit()).ToArray();
        fixture.Attempts(10, CircuitSignal.Failure);
        fixture.Clock.Advance(patienceSeconds - 0.1);
        CircuitTransition? tooSoon = fixture.Attempts(1, CircuitSignal.Failure);
        fixture.Clock.Advance(0.1);
        CircuitTransition? then = fixture.Attempts(1, CircuitSignal.Failure);

        tooSoon.ShouldBeNull();
        then!.Reason.ShouldBe(CircuitTransitionReason.ConsecutiveFailures);
    }

    [Fact]
    public void How_long_a_success_takes_is_learned_and_forgotten()
    {
        var counts = new CircuitCounts();

        counts.Count(CircuitSignal.Success, TimeSpan.FromSeconds(8));
        for (int i = 0; i < 16; i++)
        {
            counts.Count(CircuitSignal.Success, TimeSpan.FromSeconds(1));
        }

        counts.Slowest.ShouldBe(TimeSpan.FromSeconds(7));
        for (int i = 0; i < 1_000; i++)
        {
            counts.Count(CircuitSignal.Success, TimeSpan.FromSeconds(1));
        }

        counts.Slowest.ShouldBe(TimeSpan.FromSeconds(1));
    }

    [Fact]
    public void In_ratio_mode_those_under_way_have_not_failed()
    {
        var fixture = new CircuitFixture(o => o.FailureRatio = 0.5);
        CircuitPermit[] slow = [.. Enumerable.Range(0, 41).Select(_ => fixture.Admit())];

        CircuitTransition? while41 = fixture.Attempts(40, CircuitSignal.Failure);
        fixture.Circuit.Record(slow[0], CircuitSignal.Neutral);
        CircuitTransition? while40 = fixture.Attempts(1, CircuitSignal.Failure);

        while41.ShouldBeNull();
        while40!.Reason.ShouldBe(CircuitTransitionReason.FailureRatio);
    }

    [Fact]
    [Trait("Requirement", "E4")]
    public void Isolated_by_hand_it_refuses_until_reset_by_hand()
    {
        var fixture = new CircuitFixture();

        CircuitTransition? isolation = fixture.Circuit.Isolate();
        fixture.Clock.Advance(1_000_000);
        CircuitRefusal refusal = fixture.Refused();
        CircuitTransition? reset = fixture.Circuit.Reset();

        isolation!.Reason.ShouldBe(CircuitTransitionReason.IsolatedByHand);
        refusal.State.ShouldBe(CircuitState.Isolated);
        refusal.RetryAfter.ShouldBeNull();
        refusal.RetryAt.ShouldBeNull();
        (reset!.From, reset.To).ShouldBe((CircuitState.Isolated, CircuitState.Closed));
        fixture.Admit().IsProbe.ShouldBeFalse();
    }

    [Fact]
    public void Isolating_twice_and_resetting_a_closed_circuit_are_no_transitions()
    {
        var fixture = new CircuitFixture();
        CircuitTransition? resetWhileClosed = fixture.Circuit.Reset();
        fixture.Circuit.Isolate();

        CircuitTransition? again = fixture.Circuit.Isolate();

        resetWhileClosed.ShouldBeNull();
        again.ShouldBeNull();
        fixture.Circuit.Snapshot().Transitions.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Requirement", "E4")]
    public void A_reset_forgets_failures_breaks_and_server_waits()
    {
        var fixture = new CircuitFixture();
        fixture.Attempts(5, CircuitSignal.Failure, TimeSpan.FromHours(1));

        fixture.Circuit.Reset();
        CircuitTransition? opening = fixture.Attempts(5, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Fact]
    [Trait("Requirement", "E4")]
    public void The_snapshot_tells_state_counts_and_transitions()
    {
        var fixture = new CircuitFixture();
        fixture.Attempts(3, CircuitSignal.Success);
        fixture.Open();
        fixture.Refused();
        fixture.Clock.Advance(10);

        CircuitSnapshot snapshot = fixture.Circuit.Snapshot();

        snapshot.Client.ShouldBe("github");
        snapshot.Authority.ShouldBe("https://api.github.com");
        snapshot.State.ShouldBe(CircuitState.Open);
        snapshot.Failures.ShouldBe(5);
        snapshot.OpenUntil.ShouldBe(fixture.Clock.GetUtcNow() + TimeSpan.FromSeconds(50));
        (snapshot.Accepted, snapshot.Rejected, snapshot.Succeeded, snapshot.Failed, snapshot.Stale).ShouldBe((8, 1, 3, 5, 0));
        snapshot.AvailablePermits.ShouldBe(0);
        snapshot.Transitions.ShouldHaveSingleItem().Key.ShouldBe(CircuitState.Closed);
        CircuitFixture.Moves(snapshot, CircuitState.Closed, CircuitState.Open).ShouldBe(1);
    }
}
