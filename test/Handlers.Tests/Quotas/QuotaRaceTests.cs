using System.Collections.Concurrent;
using System.Collections.Immutable;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public class QuotaRaceTests
{
    private const int Slots = 2;
    private const int Callers = 6;

    private static readonly ImmutableArray<LimitSpec> Tokens = [LimitSpec.Sliding(1_000_000_000, TimeSpan.FromHours(1), LimitUnit.Tokens)];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Ten_thousand_cancellations_under_load_leave_the_sums_intact(int seed)
    {
        var ledger = new QuotaLedger(new ManualTime());
        var policy = new QuotaPolicy("client", 1, [LimitSpec.Concurrent(Slots)], [("core", Tokens)]);
        using var waiting = new BlockingCollection<Waiter>();
        int underWay = 0;
        int tooMany = 0;
        int gaveUp = 0;
        int calling = Callers;
        long spent = 0;

        Crowd.Run(Callers + 2, index =>
        {
            if (index >= Callers)
            {
                foreach (Waiter waiter in waiting.GetConsumingEnumerable())
                {
                    ledger.Cancel(waiter);
                }

                return;
            }

            var random = new Random((seed * 100) + index);
            while (Volatile.Read(ref gaveUp) < 10_000)
            {
                Call(random.Next(4), random.Next(1, 5));
            }

            if (Interlocked.Decrement(ref calling) == 0)
            {
                waiting.CompleteAdding();
            }
        });

        tooMany.ShouldBe(0);
        ledger.Snapshot().Sum(q => q.Waiting).ShouldBe(0);
        ledger.Snapshot().Single(q => q.Resource == "*").Limits.Single().Free.ShouldBe(Slots);
        ledger.Snapshot().Single(q => q.Resource == "core").Limits.Single().Free.ShouldBe(1_000_000_000 - spent);

        void Call(int kind, int tokens)
        {
            Grant grant = default;
            Admission admission = Ask(ledger, policy, tokens, ref grant, out Waiter? waiter);
            if (admission == Admission.Waiting)
            {
                if (kind > 0)
                {
                    waiting.Add(waiter!);
                }

                admission = waiter!.Wait();
                grant = waiter.Grant;
            }

            if (admission == Admission.Cancelled)
            {
                Interlocked.Increment(ref gaveUp);
                return;
            }

            if (Interlocked.Increment(ref underWay) > Slots)
            {
                Interlocked.Increment(ref tooMany);
            }

            Thread.Yield();
            Interlocked.Decrement(ref underWay);
            if (kind == 3)
            {
                ledger.Return(ref grant);
                Interlocked.Increment(ref gaveUp);
                return;
            }

            Interlocked.Add(ref spent, tokens);
            ledger.Settle(ref grant, Verdict.Ok, ledger.Clock.Provider.GetTimestamp());
            ledger.Release(ref grant);
        }
    }

    private static Admission Ask(QuotaLedger ledger, QuotaPolicy policy, int tokens, ref Grant grant, out Waiter? waiter)
    {
        var demand = new QuotaDemand
        {
            Policy = policy,
            Provider = "test",
            Account = "a",
            Uses = [new QuotaUse("core", new Cost(1, tokens))],
            MaxWait = Timeout.InfiniteTimeSpan,
            TimeLeft = Timeout.InfiniteTimeSpan,
            Blocks = true,
        };
        return ledger.Admit(demand, ref grant, out waiter, out _);
    }
}
