using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>Probes: how many go, and what their results do.</summary>
public class HalfOpenPhaseTests
{
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
}
