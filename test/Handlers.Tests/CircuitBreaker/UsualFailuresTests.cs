using Handlers.CircuitBreaker;
using Handlers.Tests.Support;

namespace Handlers.Tests.CircuitBreaker;

/// <summary>What fails all the time is no outage, however long a run of it chance makes; the clock of these circuits goes on by a second with each attempt.</summary>
public class UsualFailuresTests
{
    [Theory]
    [InlineData(0.1, 5)]
    [InlineData(0.3, 10)]
    [InlineData(0.5, 17)]
    [InlineData(0.6, 23)]
    [InlineData(0.95, 52)]
    public void A_run_speaks_of_an_outage_where_chance_makes_it_once_in_a_hundred_thousand(double share, int run)
    {
        var usual = new UsualFailures();
        usual.Learn(share * 1000, 1000);

        usual.Explains(run - 1).ShouldBeTrue();
        usual.Explains(run + 1).ShouldBeFalse();
    }

    [Fact]
    public void A_few_results_are_no_share()
    {
        var usual = new UsualFailures();
        usual.Learn(45, 90);

        usual.Explains(5).ShouldBeFalse();
    }

    [Fact]
    public void It_follows_when_the_share_changes()
    {
        var usual = new UsualFailures();
        usual.Learn(500, 1000);

        for (int i = 0; i < 100; i++)
        {
            usual.Learn(0, 10);
        }

        usual.Share.ShouldBeLessThan(0.02);
    }

    [Fact]
    public void A_run_that_the_usual_share_explains_opens_nothing_and_one_that_it_does_not_still_does()
    {
        var fixture = new CircuitFixture(o => o.FailureThreshold = 10);
        Mixed(fixture, 600, share: 0.5);

        Run(fixture, 14);
        CircuitState afterFourteen = fixture.Circuit.State;
        Run(fixture, 1, CircuitSignal.Success);
        Run(fixture, 25);

        afterFourteen.ShouldBe(CircuitState.Closed);
        fixture.Circuit.State.ShouldBe(CircuitState.Open);
    }

    [Fact]
    public void Where_little_fails_the_threshold_is_what_it_says()
    {
        var fixture = new CircuitFixture();
        Mixed(fixture, 600, share: 0.05);

        Run(fixture, 5);

        fixture.Circuit.State.ShouldBe(CircuitState.Open);
    }

    /// <remarks>Successes take forty seconds: they go on coming for so long after everything has begun to fail at once.</remarks>
    [Fact]
    public void The_beginning_of_an_outage_is_nothing_usual()
    {
        var fixture = new CircuitFixture(o => (o.FailureThreshold, o.ProbeTimeout) = (10, TimeSpan.FromMinutes(10)));
        var succeeding = new Queue<(CircuitPermit Permit, long At)>();
        long sent = 0;
        for (int second = 0; second < 600 && fixture.Circuit.State == CircuitState.Closed; second++)
        {
            fixture.Clock.Advance(1);
            CircuitPermit permit = fixture.Admit();
            sent++;
            if (second < 400)
            {
                succeeding.Enqueue((permit, fixture.Clock.GetTimestamp() + TimeSpan.FromSeconds(40).Ticks));
            }
            else
            {
                fixture.Circuit.Record(permit, CircuitSignal.Failure);
            }

            while (succeeding.TryPeek(out var next) && next.At <= fixture.Clock.GetTimestamp())
            {
                fixture.Circuit.Record(succeeding.Dequeue().Permit, CircuitSignal.Success, took: TimeSpan.FromSeconds(40));
            }
        }

        sent.ShouldBe(400 + 40 + 10, "ten failures after the last success");
    }

    private static void Mixed(CircuitFixture fixture, int attempts, double share)
    {
        for (int i = 0; i < attempts; i++)
        {
            bool fails = (int)((i + 1) * share) > (int)(i * share);
            Run(fixture, 1, fails ? CircuitSignal.Failure : CircuitSignal.Success);
        }
    }

    private static void Run(CircuitFixture fixture, int attempts, CircuitSignal signal = CircuitSignal.Failure)
    {
        for (int i = 0; i < attempts && fixture.Circuit.State == CircuitState.Closed; i++)
        {
            fixture.Clock.Advance(1);
            fixture.Circuit.Record(fixture.Admit(), signal, took: TimeSpan.FromMilliseconds(100));
        }
    }
}
