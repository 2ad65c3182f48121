using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>A circuit as a whole; what each state does is told by <see cref="ClosedPhaseTests"/>, <see cref="BreaksTests"/> and <see cref="HalfOpenPhaseTests"/>.</summary>
public class CircuitTests
{
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
