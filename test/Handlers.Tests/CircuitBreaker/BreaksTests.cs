using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>How long a circuit stays open.</summary>
public class BreaksTests
{
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
    [Trait("Requirement", "A6")]
    public void After_a_sign_of_life_breaks_begin_with_a_second_and_double_until_they_are_what_they_were()
    {
        var fixture = new CircuitFixture(o => o.BreakDuration = TimeSpan.FromSeconds(5));
        fixture.Open();
        var breaks = new List<double>();

        foreach (bool serves in new[] { false, true, true, false, false, false, false, false })
        {
            fixture.Clock.Advance(fixture.Refused().RetryAfter!.Value);
            fixture.Attempts(serves ? 1 : 0, CircuitSignal.Success);
            breaks.Add(fixture.Attempts(1, CircuitSignal.Failure)!.Break!.Value.TotalSeconds);
        }

        breaks.ShouldBe([10, 1, 1, 2, 4, 8, 20, 40]);
    }

    [Fact]
    public void A_break_that_is_shorter_than_a_second_is_so_after_a_sign_of_life_too()
    {
        var fixture = new CircuitFixture(o => o.BreakDuration = TimeSpan.FromSeconds(0.2));
        fixture.Open();
        fixture.Clock.Advance(0.2);
        fixture.Attempts(1, CircuitSignal.Success);

        CircuitTransition? reopened = fixture.Attempts(1, CircuitSignal.Failure);

        reopened!.Break.ShouldBe(TimeSpan.FromSeconds(0.2));
    }

    [Fact]
    public void A_sign_of_life_is_forgotten_with_a_recovery()
    {
        var fixture = new CircuitFixture();
        fixture.Circuit.Record(fixture.OpenThenProbe(), CircuitSignal.Success);
        fixture.Attempts(1, CircuitSignal.Failure)!.Break.ShouldBe(TimeSpan.FromSeconds(1));
        fixture.Clock.Advance(1);
        fixture.Attempts(2, CircuitSignal.Success)!.To.ShouldBe(CircuitState.Closed);

        CircuitTransition? opening = fixture.Attempts(5, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(60));
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
}
