using FsCheck;
using FsCheck.Fluent;
using Handlers.Retry;
using Handlers.Tests.Support;

namespace Handlers.Tests.Retry;

public class RetryBudgetTests
{
    private static readonly Gen<int[]> Steps = Gen.Frequency(
        (6, Gen.Choose(0, 40_000)), // wait so many milliseconds
        (6, Gen.Constant(-1)), // a call
        (8, Gen.Constant(-2))) // wish for a retry
        .ArrayOf(300);

    private readonly ManualClock _clock = new();

    [Fact]
    public void Allows_the_minimum_without_any_call()
    {
        RetryBudget budget = Budget(ratio: 0.5, minimum: 10);

        int taken = TakeAll(budget);

        taken.ShouldBe(10);
    }

    [Fact]
    public void Allows_half_of_the_calls_plus_ten()
    {
        RetryBudget budget = Budget(ratio: 0.5, minimum: 10);
        Call(budget, times: 101);

        int taken = TakeAll(budget);

        taken.ShouldBe(60);
    }

    [Fact]
    public void Calls_older_than_a_minute_earn_no_retries()
    {
        RetryBudget budget = Budget(ratio: 1, minimum: 0);
        Call(budget, times: 5);
        _clock.Advance(60);

        int taken = TakeAll(budget);

        taken.ShouldBe(0);
    }

    [Fact]
    public void Retries_are_forgotten_after_a_minute_and_not_before()
    {
        RetryBudget budget = Budget(ratio: 0.5, minimum: 3);
        TakeAll(budget);

        _clock.Advance(60);
        int before = TakeAll(budget);
        _clock.Advance(1);
        int after = TakeAll(budget);

        before.ShouldBe(0);
        after.ShouldBe(3);
    }

    [Fact]
    public void New_settings_keep_what_was_counted()
    {
        RetryBudget budget = Budget(ratio: 0.5, minimum: 0);
        Call(budget, times: 20);
        int first = TakeAll(budget);

        budget.Adjust(new RetryBudgetSettings(1, 5));
        int second = TakeAll(budget);

        first.ShouldBe(10);
        second.ShouldBe(15);
    }

    [Fact]
    public void The_snapshot_tells_calls_retries_and_what_is_left()
    {
        RetryBudget budget = Budget(ratio: 0.5, minimum: 10);
        Call(budget, times: 5);
        budget.TryTake();

        RetryBudgetSnapshot snapshot = budget.Snapshot();

        snapshot.ShouldBe(new RetryBudgetSnapshot(Calls: 5, Retries: 1, Available: 11));
    }

    [Fact]
    public void A_lowered_budget_shows_nothing_left_rather_than_less_than_nothing()
    {
        RetryBudget budget = Budget(ratio: 0, minimum: 10);
        TakeAll(budget);

        budget.Adjust(new RetryBudgetSettings(0, 2));

        budget.Snapshot().Available.ShouldBe(0);
        budget.TryTake().ShouldBeFalse();
    }

    [Fact]
    public void A_call_that_began_before_the_budget_counts()
    {
        long before = _clock.GetTimestamp() - 1;
        RetryBudget budget = Budget(ratio: 1, minimum: 0);

        budget.RecordCall(before);

        budget.Snapshot().Calls.ShouldBe(1);
    }

    [Fact]
    public void At_every_retry_the_last_minute_holds_no_more_than_the_ratio_plus_the_minimum()
    {
        Prop.ForAll(Steps.ToArbitrary(), Holds).QuickCheckThrowOnFailure();

        static bool Holds(int[] steps)
        {
            const double ratio = 0.5;
            const int minimum = 2;
            var clock = new ManualClock();
            var budget = new RetryBudget(new RetryBudgetSettings(ratio, minimum), clock);
            var calls = new List<DateTimeOffset>();
            var retries = new List<DateTimeOffset>();
            foreach (int step in steps)
            {
                DateTimeOffset now = clock.GetUtcNow();
                DateTimeOffset minuteAgo = now - TimeSpan.FromSeconds(60);
                switch (step)
                {
                    case -1:
                        budget.RecordCall();
                        calls.Add(now);
                        break;
                    case -2 when budget.TryTake():
                        retries.Add(now);
                        if (retries.Count(at => at > minuteAgo) > (ratio * calls.Count(at => at > minuteAgo)) + minimum)
                        {
                            return false;
                        }

                        break;
                    case > 0:
                        clock.Advance(TimeSpan.FromMilliseconds(step));
                        break;
                    default:
                        break;
                }
            }

            return true;
        }
    }

    /// <summary>The other side: rounding to seconds may cost a second, and no more.</summary>
    [Fact]
    public void A_retry_that_the_stingiest_count_allows_is_never_refused()
    {
        Prop.ForAll(Steps.ToArbitrary(), Holds).QuickCheckThrowOnFailure();

        static bool Holds(int[] steps)
        {
            const double ratio = 0.5;
            const int minimum = 2;
            var clock = new ManualClock();
            var budget = new RetryBudget(new RetryBudgetSettings(ratio, minimum), clock);
            var calls = new List<DateTimeOffset>();
            var retries = new List<DateTimeOffset>();
            foreach (int step in steps)
            {
                DateTimeOffset now = clock.GetUtcNow();
                switch (step)
                {
                    case -1:
                        budget.RecordCall();
                        calls.Add(now);
                        break;
                    case -2:
                        double allowed = (ratio * calls.Count(at => at > now.AddSeconds(-59))) + minimum;
                        bool mustGo = retries.Count(at => at > now.AddSeconds(-61)) + 1 <= allowed;
                        bool goes = budget.TryTake();
                        if (mustGo && !goes)
                        {
                            return false;
                        }

                        if (goes)
                        {
                            retries.Add(now);
                        }

                        break;
                    default:
                        clock.Advance(TimeSpan.FromMilliseconds(step));
                        break;
                }
            }

            return true;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Calls_and_retries_that_cross_never_take_more_than_there_is(int seed)
    {
        const int threads = 4;
        const int turns = 20_000;
        RetryBudget budget = Budget(ratio: 0.5, minimum: 10);
        int calls = 0;
        int taken = 0;
        int tooMany = 0;

        Crowd.Run(threads, index =>
        {
            var random = new Random((seed * 100) + index);
            for (int i = 0; i < turns; i++)
            {
                if (random.Next(3) == 0)
                {
                    // Announced before it counts: whoever takes meanwhile is allowed no less than what the budget knows.
                    Interlocked.Increment(ref calls);
                    budget.RecordCall();
                }
                else if (budget.TryTake())
                {
                    tooMany += Interlocked.Increment(ref taken) > (0.5 * Volatile.Read(ref calls)) + 10 ? 1 : 0;
                }
            }
        });

        tooMany.ShouldBe(0);
        (taken + TakeAll(budget)).ShouldBe((int)((0.5 * calls) + 10));
    }

    [Fact]
    public void Many_threads_lose_no_call_and_take_no_retry_twice()
    {
        const int threads = 4;
        const int callsEach = 20_000;
        RetryBudget budget = Budget(ratio: 0.5, minimum: 10);
        int taken = 0;

        Crowd.Run(threads, () =>
        {
            for (int i = 0; i < callsEach; i++)
            {
                budget.RecordCall();
            }
        });
        Crowd.Run(threads, () => Interlocked.Add(ref taken, TakeAll(budget)));

        budget.Snapshot().Calls.ShouldBe(threads * callsEach);
        taken.ShouldBe((threads * callsEach / 2) + 10);
    }

    private RetryBudget Budget(double ratio, int minimum) => new(new RetryBudgetSettings(ratio, minimum), _clock);

    private static void Call(RetryBudget budget, int times)
    {
        for (int i = 0; i < times; i++)
        {
            budget.RecordCall();
        }
    }

    private static int TakeAll(RetryBudget budget)
    {
        int taken = 0;
        while (budget.TryTake())
        {
            taken++;
        }

        return taken;
    }
}
