using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>When refusals are taken to have nothing to do with the pace, and when they are again.</summary>
public sealed class SlowingEffectTests
{
    private readonly SlowingEffect _effect = new();

    [Fact]
    public void A_limit_that_is_met_where_it_was_found_is_one()
    {
        for (int i = 0; i < 100; i++)
        {
            Paced(rate: 44, found: 45, accepted: 1_000 + (i % 2 * 200));
        }

        _effect.IsNone.ShouldBeFalse();
    }

    [Fact]
    public void Four_refusals_below_what_was_found_are_none()
    {
        Paced(rate: 44, found: 52, accepted: 30);
        Paced(rate: 38, found: 45, accepted: 30);
        Paced(rate: 33, found: 39, accepted: 30);
        bool before = _effect.IsNone;

        Paced(rate: 28, found: 33, accepted: 30);

        before.ShouldBeFalse();
        _effect.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void So_are_refusals_that_come_now_soon_and_now_late()
    {
        for (int i = 0; i < 6; i++)
        {
            Paced(rate: 45, found: 45, accepted: 100);
            Paced(rate: 45, found: 45, accepted: 10);
        }

        _effect.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void Hardly_anything_accepted_in_between_is_a_quota_used_up()
    {
        for (int i = 0; i < 20; i++)
        {
            Paced(rate: 3, found: 4, accepted: 7);
        }

        bool seven = _effect.IsNone;
        for (int i = 0; i < 4; i++)
        {
            Paced(rate: 3, found: 4, accepted: 8);
        }

        seven.ShouldBeFalse();
        _effect.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void And_is_one_again_where_that_was_not_seen_at_first()
    {
        BecomeNone(accepted: 12);
        foreach (long accepted in (long[])[1, 2, 1, 3, 2, 1])
        {
            _effect.Refused(accepted);
        }

        _effect.IsNone.ShouldBeFalse();
    }

    [Fact]
    public void Every_limit_met_in_between_takes_a_third_of_a_doubt_away()
    {
        for (int i = 0; i < 20; i++)
        {
            Paced(rate: 38, found: 45, accepted: 100);
            Paced(rate: 45, found: 45, accepted: 100);
            Paced(rate: 45, found: 45, accepted: 100);
            Paced(rate: 45, found: 45, accepted: 100);
        }

        _effect.IsNone.ShouldBeFalse();
    }

    [Fact]
    public void Refusals_that_go_on_as_irregularly_as_before_change_nothing()
    {
        BecomeNone(accepted: 30);

        foreach (long accepted in (long[])[10, 80, 25, 31, 15, 60, 28, 44, 12])
        {
            _effect.Refused(accepted);
        }

        _effect.IsNone.ShouldBeTrue();
    }

    [Fact]
    public void Six_after_about_as_many_attempts_each_are_a_limit_again()
    {
        BecomeNone(accepted: 30);
        foreach (long accepted in (long[])[80, 45, 46, 44, 45, 47])
        {
            _effect.Refused(accepted);
        }

        bool afterFive = _effect.IsNone;

        _effect.Refused(46);

        afterFive.ShouldBeTrue();
        _effect.IsNone.ShouldBeFalse();
    }

    [Fact]
    public void So_are_refusals_that_come_four_times_as_often_as_before()
    {
        BecomeNone(accepted: 300);
        foreach (long accepted in (long[])[10, 30, 12, 40, 20, 10])
        {
            _effect.Refused(accepted);
        }

        _effect.IsNone.ShouldBeFalse();
    }

    [Fact]
    public void Once_refuted_it_takes_twice_as_much_to_think_so_again()
    {
        BecomeNone(accepted: 300);
        for (int i = 0; i < 6; i++)
        {
            _effect.Refused(300);
        }

        for (int i = 0; i < 7; i++)
        {
            Paced(rate: 30, found: 45, accepted: 300);
        }

        bool afterSeven = _effect.IsNone;
        Paced(rate: 30, found: 45, accepted: 300);

        afterSeven.ShouldBeFalse();
        _effect.IsNone.ShouldBeTrue();
    }

    private void Paced(double rate, double found, long accepted) => _effect.Refused(rate, found, accepted);

    private void BecomeNone(long accepted)
    {
        for (int i = 0; i < 4; i++)
        {
            Paced(rate: 30, found: 45, accepted);
        }

        _effect.IsNone.ShouldBeTrue();
    }
}
