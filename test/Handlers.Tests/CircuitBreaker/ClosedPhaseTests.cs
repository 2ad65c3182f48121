using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>What opens a closed circuit, and what does not.</summary>
public class ClosedPhaseTests
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

    /// <remarks>An upstream that is full answers the surplus with 503 and a wait; those under way could not know of it.</remarks>
    [Fact]
    public void Those_that_left_before_the_upstream_named_a_wait_are_one_failure_together()
    {
        var fixture = new CircuitFixture();
        CircuitPermit[] underWay = [.. Enumerable.Range(0, 20).Select(_ => fixture.Admit())];
        fixture.Clock.Advance(1);

        foreach (CircuitPermit permit in underWay)
        {
            fixture.Circuit.Record(permit, CircuitSignal.Failure, TimeSpan.FromSeconds(10), took: TimeSpan.FromSeconds(1));
            fixture.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        fixture.Circuit.State.ShouldBe(CircuitState.Closed);
        fixture.Circuit.Snapshot().Failures.ShouldBe(1);
        fixture.Circuit.Snapshot().Failed.ShouldBe(20);
        fixture.Attempts(4, CircuitSignal.Failure, TimeSpan.FromSeconds(10))!.To.ShouldBe(CircuitState.Open, "these left although a wait had been named");
    }

    [Fact]
    public void A_share_of_failures_counts_those_too_that_could_not_know_of_a_wait()
    {
        var fixture = new CircuitFixture(o => o.FailureRatio = 0.5);
        CircuitPermit[] underWay = [.. Enumerable.Range(0, 20).Select(_ => fixture.Admit())];
        fixture.Clock.Advance(1);

        CircuitTransition?[] changes = [.. underWay.Select(permit => fixture.Circuit.Record(permit, CircuitSignal.Failure, TimeSpan.FromSeconds(10), took: TimeSpan.FromSeconds(1)))];

        changes[^1]!.Reason.ShouldBe(CircuitTransitionReason.FailureRatio);
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
}
