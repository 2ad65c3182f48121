using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

public class CircuitAdjustTests
{
    [Fact]
    public void A_lower_threshold_finds_the_failures_already_counted()
    {
        var fixture = new CircuitFixture();
        fixture.Attempts(4, CircuitSignal.Failure);

        fixture.Circuit.Adjust(CircuitFixture.Settings(o => o.FailureThreshold = 3));
        CircuitTransition? next = fixture.Attempts(1, CircuitSignal.Failure);

        next!.Failures.ShouldBe(5);
    }

    [Fact]
    public void An_open_circuit_keeps_its_break_and_the_next_one_has_the_new_length()
    {
        var fixture = new CircuitFixture();
        fixture.Open();

        fixture.Circuit.Adjust(CircuitFixture.Settings(o => o.BreakDuration = TimeSpan.FromSeconds(5)));
        TimeSpan? rest = fixture.Refused().RetryAfter;
        fixture.Clock.Advance(60);
        CircuitTransition? reopened = fixture.Attempts(1, CircuitSignal.Failure);

        rest.ShouldBe(TimeSpan.FromSeconds(60));
        reopened!.Break.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Probes_under_way_stay_and_the_new_number_holds_from_now_on()
    {
        var fixture = new CircuitFixture(o => o.SuccessThreshold = 10);
        fixture.Circuit.Record(fixture.OpenThenProbe(), CircuitSignal.Success);
        CircuitPermit[] probes = [fixture.Admit(), fixture.Admit(), fixture.Admit()];

        fixture.Circuit.Adjust(CircuitFixture.Settings(o =>
        {
            o.SuccessThreshold = 10;
            o.HalfOpenMaxCalls = 2;
        }));
        fixture.Circuit.Record(probes[0], CircuitSignal.Neutral);
        fixture.Refused();
        fixture.Circuit.Record(probes[1], CircuitSignal.Neutral);

        fixture.Admit().IsProbe.ShouldBeTrue();
        fixture.Circuit.Snapshot().Stale.ShouldBe(0);
    }

    [Fact]
    public void A_running_window_is_kept_when_only_the_ratio_changes()
    {
        var fixture = new CircuitFixture(o => o.FailureRatio = 1);
        fixture.Attempts(1, CircuitSignal.Success);
        fixture.Attempts(18, CircuitSignal.Failure);

        fixture.Circuit.Adjust(CircuitFixture.Settings(o => o.FailureRatio = 0.9));
        CircuitTransition? next = fixture.Attempts(1, CircuitSignal.Failure);

        next!.Reason.ShouldBe(CircuitTransitionReason.FailureRatio);
    }

    [Fact]
    public void Changing_to_a_ratio_and_back_needs_no_new_circuit()
    {
        var fixture = new CircuitFixture();

        fixture.Circuit.Adjust(CircuitFixture.Settings(o => o.FailureRatio = 0.5));
        CircuitTransition? inRatioMode = fixture.Attempts(19, CircuitSignal.Failure);
        fixture.Circuit.Adjust(CircuitFixture.Settings());
        CircuitTransition? inARow = fixture.Attempts(1, CircuitSignal.Failure);

        inRatioMode.ShouldBeNull();
        inARow!.Reason.ShouldBe(CircuitTransitionReason.ConsecutiveFailures);
    }

    [Fact]
    public void Switching_the_ramp_off_ends_the_one_that_runs()
    {
        var fixture = new CircuitFixture(o => o.RampDuration = TimeSpan.FromSeconds(10));
        fixture.OpenThenClose();
        fixture.Attempts(10, CircuitSignal.Success);
        fixture.Refused();

        fixture.Circuit.Adjust(CircuitFixture.Settings());

        fixture.Attempts(100, CircuitSignal.Success);
        fixture.Circuit.State.ShouldBe(CircuitState.Closed);
    }
}
