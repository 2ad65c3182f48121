using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

public class AdaptationTests
{
    private static readonly Verdict Refused = new(VerdictKind.RateLimited, "429");
    private static readonly Verdict Failed = new(VerdictKind.Transient, "503");
    private static readonly Verdict GivenUp = new(VerdictKind.Transient, "");

    private readonly Adaptation _adaptation;
    private LimitSpec _limit = LimitSpec.Sliding(100, TimeSpan.FromMinutes(1)).Adaptive(10, 200);
    private TimeSpan _now;

    public AdaptationTests() => _adaptation = new Adaptation(_limit, now: 0);

    [Fact]
    public void A_refusal_takes_a_fifth_at_once()
    {
        Answer(Refused);

        _limit.Amount.ShouldBe(80);
    }

    [Fact]
    [Trait("Pitfall", "24")]
    public void Refusals_of_what_had_left_before_take_nothing_more()
    {
        Answer(Refused);
        TimeSpan slowed = _now;

        for (int i = 0; i < 50; i++)
        {
            Answer(Refused, leftAt: slowed);
        }

        _limit.Amount.ShouldBe(80);
    }

    [Fact]
    public void More_than_a_tenth_of_failures_in_a_window_take_a_fifth()
    {
        Window(answers: 100, failures: 11);

        _limit.Amount.ShouldBe(80);
    }

    [Fact]
    public void A_tenth_of_failures_is_borne()
    {
        Window(answers: 100, failures: 10);

        _limit.Amount.ShouldBe(120);
    }

    [Fact]
    public void What_was_given_up_is_no_failure()
    {
        for (int i = 0; i < 100; i++)
        {
            Answer(i < 50 ? GivenUp : Verdict.Ok);
        }

        EndWindow();

        _limit.Amount.ShouldBe(120);
    }

    [Fact]
    public void A_window_of_which_little_was_used_proves_nothing()
    {
        Window(answers: 40, failures: 0);

        _limit.Amount.ShouldBe(100);
    }

    [Fact]
    public void It_never_leaves_its_bounds()
    {
        for (int i = 0; i < 30; i++)
        {
            Answer(Refused);
        }

        long lowest = _limit.Amount;
        for (int i = 0; i < 30; i++)
        {
            Window(answers: 200, failures: 0);
        }

        lowest.ShouldBe(10);
        _limit.Amount.ShouldBe(200);
    }

    [Fact]
    public void Short_periods_are_looked_at_together()
    {
        var adaptation = new Adaptation(LimitSpec.Sliding(10, TimeSpan.FromSeconds(1)).Adaptive(1, 100), now: 0);
        LimitSpec limit = adaptation.Declared;

        for (int second = 0; second <= 20; second++)
        {
            for (int i = 0; i < 10; i++)
            {
                long tick = TimeSpan.FromSeconds(second).Ticks;
                limit = adaptation.Answered(limit, 1, Verdict.Ok, new Counting(tick, tick, tick));
            }
        }

        limit.Amount.ShouldBe(12, "once in twenty seconds, not every second");
    }

    private void Window(int answers, int failures)
    {
        for (int i = 0; i < answers - 1; i++)
        {
            Answer(i < failures ? Failed : Verdict.Ok);
        }

        EndWindow();
    }

    private void EndWindow()
    {
        _now += TimeSpan.FromMinutes(1);
        Answer(Verdict.Ok);
    }

    private void Answer(in Verdict verdict, TimeSpan? leftAt = null)
    {
        _now += TimeSpan.FromMilliseconds(1);
        _limit = _adaptation.Answered(_limit, 1, verdict, new Counting((leftAt ?? _now).Ticks, _now.Ticks, _now.Ticks));
    }
}
