using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

public class TurnsTests
{
    private static readonly TimeSpan Slot = TimeSpan.FromSeconds(1);

    private readonly Turns _turns = new(Slot, now: TimeSpan.Zero);

    [Fact]
    public void While_nobody_waits_it_is_everybodys_turn()
    {
        _turns.Begin(At(1), first: At(1), places: 10);

        _turns.IsTurnOf(At(60), first: At(1)).ShouldBeTrue();
    }

    [Fact]
    public void Who_is_due_first_goes_first()
    {
        WaitEvenlyUpTo(seconds: 30, perSecond: 10);

        _turns.Begin(At(1), first: At(1), places: 50);

        _turns.IsTurnOf(At(5), first: At(1)).ShouldBeTrue("50 are due between 1 and 6 s");
        _turns.IsTurnOf(At(7), first: At(1)).ShouldBeFalse();
    }

    [Fact]
    public void Who_asks_often_counts_once()
    {
        for (int i = 0; i < 10; i++)
        {
            for (int call = 0; call < 20; call++)
            {
                _turns.Refused(At(10 + call), wait: Slot / 10);
            }
        }

        _turns.Begin(At(1), first: At(1), places: 15);

        _turns.IsTurnOf(At(20), first: At(1)).ShouldBeTrue();
        _turns.IsTurnOf(At(28), first: At(1)).ShouldBeFalse();
    }

    [Fact]
    public void Whom_no_answer_would_reach_in_time_has_no_turn_and_takes_no_place()
    {
        WaitEvenlyUpTo(seconds: 30, perSecond: 10);

        _turns.Begin(At(1), first: At(10), places: 50);

        _turns.IsTurnOf(At(9), first: At(10)).ShouldBeFalse();
        _turns.IsTurnOf(At(14), first: At(10)).ShouldBeTrue();
    }

    [Fact]
    public void Who_asks_no_more_is_forgotten_with_the_slot()
    {
        WaitEvenlyUpTo(seconds: 30, perSecond: 10);
        _turns.Begin(At(1), first: At(1), places: 50);

        _turns.Begin(At(2), first: At(2), places: 50);

        _turns.IsTurnOf(At(60), first: At(2)).ShouldBeTrue();
    }

    [Fact]
    public void Calls_without_a_deadline_become_urgent_with_time()
    {
        Urgency young = Urgency.Of(Timeout.InfiniteTimeSpan, age: TimeSpan.FromSeconds(5), isBack: true);
        Urgency old = Urgency.Of(Timeout.InfiniteTimeSpan, age: TimeSpan.FromSeconds(58), isBack: true);
        Urgency hurried = Urgency.Of(TimeSpan.FromSeconds(10), age: TimeSpan.Zero, isBack: true);

        old.DueIn.ShouldBeLessThan(hurried.DueIn);
        hurried.DueIn.ShouldBeLessThan(young.DueIn);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private void WaitEvenlyUpTo(int seconds, int perSecond)
    {
        for (int i = 0; i < seconds * perSecond; i++)
        {
            _turns.Refused(At((double)i / perSecond), wait: Slot);
        }
    }
}
