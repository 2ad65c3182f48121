using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public sealed class CourtesyTests
{
    private const long Second = TimeSpan.TicksPerSecond;

    [Fact]
    public void Without_urgent_calls_background_work_has_all_of_the_limit()
    {
        Limit limit = Create("10/10s");
        var courtesy = new Courtesy(0);

        for (int i = 0; i < 10; i++)
        {
            Go(courtesy, limit, 0).ShouldBeTrue();
        }

        limit.Free(0).ShouldBe(0);
    }

    [Fact]
    public void With_urgent_calls_about_it_leaves_room_for_those_to_come()
    {
        Limit limit = Create("10/10s");
        var courtesy = new Courtesy(0);
        Urgent(courtesy, perSecond: 0.4, seconds: 30);
        long now = 30 * Second;

        for (int tenth = 0; tenth < 99; tenth++)
        {
            now += Second / 10;
            Go(courtesy, limit, now);
            if (tenth % 25 == 0)
            {
                courtesy.Count(Cost.OneRequest, now);
            }
        }

        limit.Free(now).ShouldBe(2, "one standard deviation of the four that a period brings");
    }

    [Fact]
    public void It_goes_evenly_and_not_in_clumps()
    {
        Limit limit = Create("10/second");
        var courtesy = new Courtesy(0);

        Go(courtesy, limit, 0).ShouldBeTrue();

        courtesy.FitsAt(limit, Cost.OneRequest, 1).ShouldBe(Second / 10);
    }

    [Fact]
    public void Urgent_calls_that_stopped_are_forgotten()
    {
        Limit limit = Create("10/10s");
        var courtesy = new Courtesy(0);
        Urgent(courtesy, perSecond: 1, seconds: 30);
        double then = courtesy.Stretch(limit, 30 * Second);

        double later = courtesy.Stretch(limit, 120 * Second);

        then.ShouldBeGreaterThan(1.2);
        later.ShouldBe(1);
    }

    [Fact]
    public void However_many_urgent_calls_come_half_of_the_limit_is_left_for_background_work()
    {
        Limit limit = Create("10/10s");
        var courtesy = new Courtesy(0);
        Urgent(courtesy, perSecond: 100, seconds: 30);

        courtesy.Stretch(limit, 30 * Second).ShouldBe(2);
    }

    [Fact]
    public void Of_an_hour_nothing_is_kept_free()
    {
        Limit limit = Create("10/hour");
        var courtesy = new Courtesy(0);
        Urgent(courtesy, perSecond: 1, seconds: 30);

        courtesy.Stretch(limit, 30 * Second).ShouldBe(1);
        courtesy.FitsAt(limit, Cost.OneRequest, 30 * Second).ShouldBe(30 * Second);
    }

    private static Limit Create(string text)
    {
        LimitGrammar.TryParse(text, out var limits, out string? error).ShouldBeTrue(error);
        return Limit.Create(limits[0], new LedgerClock(new ManualTime()), 0);
    }

    private static void Urgent(Courtesy courtesy, double perSecond, int seconds)
    {
        for (int i = 0; i < perSecond * seconds; i++)
        {
            courtesy.Count(Cost.OneRequest, (long)(i / perSecond * Second));
        }
    }

    private static bool Go(Courtesy courtesy, Limit limit, long now)
    {
        if (courtesy.FitsAt(limit, Cost.OneRequest, now) > now)
        {
            return false;
        }

        limit.Take(1, now, now);
        courtesy.Take(limit, Cost.OneRequest, now);
        return true;
    }
}
