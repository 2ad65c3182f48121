using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>Which circuits may be forgotten when nobody has used them for long: those that nobody would miss.</summary>
public class CircuitEvictionTests
{
    [Fact]
    public void One_at_rest_may_be_forgotten_whatever_it_has_counted()
    {
        var fixture = new CircuitFixture();
        bool untouched = fixture.Circuit.IsForgettable;

        fixture.Attempts(4, CircuitSignal.Failure);

        untouched.ShouldBeTrue();
        fixture.Circuit.IsForgettable.ShouldBeTrue();
    }

    [Fact]
    public void Not_while_an_attempt_is_under_way()
    {
        var fixture = new CircuitFixture();

        CircuitPermit permit = fixture.Admit();
        bool underWay = fixture.Circuit.IsForgettable;
        fixture.Circuit.Record(permit, CircuitSignal.Success);

        underWay.ShouldBeFalse();
        fixture.Circuit.IsForgettable.ShouldBeTrue();
    }

    [Fact]
    public void Not_while_it_refuses()
    {
        var fixture = new CircuitFixture();
        fixture.Open();

        fixture.Clock.Advance(59);
        bool refusing = fixture.Circuit.IsForgettable;
        fixture.Clock.Advance(1);

        refusing.ShouldBeFalse();
        fixture.Circuit.IsForgettable.ShouldBeTrue();
    }

    [Fact]
    public void Not_while_the_server_has_asked_to_be_left_alone()
    {
        var fixture = new CircuitFixture();
        fixture.Attempts(1, CircuitSignal.Failure, serverDelay: TimeSpan.FromSeconds(10));

        bool waiting = fixture.Circuit.IsForgettable;
        fixture.Clock.Advance(10);

        waiting.ShouldBeFalse();
        fixture.Circuit.IsForgettable.ShouldBeTrue();
    }

    [Fact]
    public void Never_when_it_was_isolated_by_hand()
    {
        var fixture = new CircuitFixture();
        fixture.Circuit.Isolate();

        fixture.Clock.Advance(1e6);

        fixture.Circuit.IsForgettable.ShouldBeFalse();
    }
}
