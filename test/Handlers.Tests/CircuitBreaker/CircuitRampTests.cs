using FsCheck;
using FsCheck.Fluent;
using Handlers.CircuitBreaker;

namespace Handlers.Tests.CircuitBreaker;

public class CircuitRampTests
{
    [Fact]
    [Trait("Requirement", "A6")]
    public void After_closing_the_admitted_rate_doubles_each_second_until_there_is_no_limit()
    {
        CircuitFixture fixture = Ramping();

        // The bucket is full at first, so the first second has its three on top.
        int[] admitted = [.. Enumerable.Range(0, 11).Select(_ => OneSecondOf(fixture, capacity: int.MaxValue))];

        ShouldBeAbout(admitted[..8], [5, 6, 12, 24, 48, 96, 192, 384]);
        admitted[10].ShouldBe(OfferedPerSecond);
    }

    [Fact]
    public void After_the_ramp_it_is_closed_without_a_limit()
    {
        CircuitFixture fixture = Ramping();

        fixture.Clock.Advance(10);

        fixture.Attempts(1_000, CircuitSignal.Success);
        fixture.Circuit.Snapshot().Rejected.ShouldBe(0);
    }

    [Fact]
    public void A_refusal_by_the_ramp_asks_for_a_short_patience_and_spreads_those_it_refuses()
    {
        CircuitFixture fixture = Ramping();
        fixture.Attempts(3, CircuitSignal.Success);

        CircuitRefusal[] refusals = [.. Enumerable.Range(0, 4).Select(_ => fixture.Refused())];

        refusals.ShouldAllBe(refusal => refusal.State == CircuitState.Closed);
        refusals.Select(refusal => Math.Round(refusal.RetryAfter!.Value.TotalSeconds, 3)).ShouldBe([0.333, 0.667, 1, 0.333]);
    }

    [Fact]
    public void Who_waits_as_told_is_admitted()
    {
        CircuitFixture fixture = Ramping();
        fixture.Attempts(3, CircuitSignal.Success);

        fixture.Clock.Advance(fixture.Refused().RetryAfter!.Value);

        fixture.Attempts(1, CircuitSignal.Success);
        fixture.Circuit.Snapshot().Succeeded.ShouldBe(2 + 3 + 1);
    }

    [Fact]
    public void An_overloaded_upstream_holds_the_rate_at_what_it_serves()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);
        const int capacity = 14;

        int[] admitted = [.. Enumerable.Range(0, 20).Select(_ => OneSecondOf(fixture, capacity))];

        ShouldBeAbout(admitted[..6], [5, 6, 12, 24, 48, 14]);
        admitted[6..].ShouldAllBe(count => count >= capacity - 2 && count <= 3 * capacity);
    }

    [Fact]
    public void An_upstream_that_stays_overloaded_ends_the_ramp_after_three_times_its_length()
    {
        CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);

        int[] admitted = [.. Enumerable.Range(0, 31).Select(_ => OneSecondOf(fixture, capacity: 0))];

        admitted[1..30].ShouldAllBe(count => count <= 24);
        admitted[30].ShouldBe(OfferedPerSecond);
    }

    [Fact]
    public void Opening_within_the_ramp_is_no_recovery()
    {
        CircuitFixture fixture = Ramping();
        fixture.Attempts(3, CircuitSignal.Failure);
        fixture.Clock.Advance(5);

        CircuitTransition? opening = fixture.Attempts(2, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(120));
    }

    [Fact]
    public void Opening_after_the_ramp_is_a_first_break_again()
    {
        CircuitFixture fixture = Ramping();
        fixture.Clock.Advance(10);

        CircuitTransition? opening = fixture.Attempts(5, CircuitSignal.Failure);

        opening!.Break.ShouldBe(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void A_reset_by_hand_needs_no_ramp()
    {
        var fixture = new CircuitFixture(o => o.RampDuration = TimeSpan.FromSeconds(10));
        fixture.Open();

        fixture.Circuit.Reset();

        fixture.Attempts(100, CircuitSignal.Success);
        fixture.Circuit.Snapshot().Rejected.ShouldBe(0);
    }

    [Fact]
    public void A_client_with_no_more_than_the_half_open_calls_in_any_second_is_never_refused()
    {
        Gen<int[]> gaps = Gen.OneOf(Gen.Choose(0, 400), Gen.Choose(0, 2_000)).ArrayOf(60);

        Prop.ForAll(gaps.ToArbitrary(), NeverRefused).QuickCheckThrowOnFailure();

        static bool NeverRefused(int[] gaps)
        {
            CircuitFixture fixture = Ramping(o => o.FailureThreshold = 2_000);
            var sent = new List<long>();
            foreach (int gap in gaps)
            {
                fixture.Clock.Advance(TimeSpan.FromMilliseconds(gap));
                long now = fixture.Clock.GetTimestamp();
                if (sent.Count >= 3 && now - sent[^3] < TimeSpan.TicksPerSecond)
                {
                    continue;
                }

                sent.Add(now);
                if (!fixture.Circuit.TryAdmit(out CircuitPermit permit, out _, out _))
                {
                    return false;
                }

                fixture.Circuit.Record(permit, gap % 2 == 0 ? CircuitSignal.Failure : CircuitSignal.Success);
            }

            return true;
        }
    }

    private const int OfferedPerSecond = 1_000;

    private static CircuitFixture Ramping(Action<CircuitBreakerOptions>? configure = null)
    {
        var fixture = new CircuitFixture(o =>
        {
            o.RampDuration = TimeSpan.FromSeconds(10);
            configure?.Invoke(o);
        });
        while (fixture.Circuit.State == CircuitState.Closed)
        {
            fixture.Circuit.Record(fixture.Admit(), CircuitSignal.Failure);
        }

        fixture.Clock.Advance(60);
        fixture.Attempts(2, CircuitSignal.Success)!.To.ShouldBe(CircuitState.Closed);
        return fixture;
    }

    private static void ShouldBeAbout(int[] actual, int[] expected) =>
        actual.Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) <= 3, string.Join(", ", actual));

    /// <summary>Offers a call each millisecond; what is admitted succeeds up to the capacity, spread over the second, and fails beyond it.</summary>
    private static int OneSecondOf(CircuitFixture fixture, int capacity)
    {
        int admitted = 0;
        int served = 0;
        for (int millisecond = 0; millisecond < OfferedPerSecond; millisecond++)
        {
            if (fixture.Circuit.TryAdmit(out CircuitPermit permit, out _, out _))
            {
                admitted++;
                bool room = served < Math.Min(capacity, 3 + ((long)capacity * millisecond / OfferedPerSecond));
                served += room ? 1 : 0;
                fixture.Circuit.Record(permit, room ? CircuitSignal.Success : CircuitSignal.Failure);
            }

            fixture.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        return admitted;
    }
}
