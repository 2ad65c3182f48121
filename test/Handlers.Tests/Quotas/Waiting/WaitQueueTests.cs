using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public sealed class WaitQueueTests
{
    private static readonly QuotaShape Shape = new QuotaPolicy("client", 1, [], []).ShapeOf(default, 0);

    private readonly QuotaAccount _account = new(new QuotaLedger(new ManualTime()), "test", "a", 0);
    private readonly WaitQueue _queue = new();

    [Fact]
    public void The_more_urgent_go_first_and_each_priority_in_order_of_arrival()
    {
        Waiter[] background = [Add(CallPriority.Background), Add(CallPriority.Background)];
        Waiter[] interactive = [Add(CallPriority.Interactive), Add(CallPriority.Interactive)];
        Waiter normal = Add();

        ServeAll().ShouldBe([.. interactive, normal, .. background]);
    }

    [Fact]
    [Trait("Pitfall", "17")]
    public void After_sixteen_more_urgent_ones_one_of_the_others_goes()
    {
        Waiter patient = Add(CallPriority.Background);
        Waiter[] urgent = [.. Enumerable.Range(0, 40).Select(_ => Add(CallPriority.Interactive))];

        List<Waiter> order = ServeAll();

        order.IndexOf(patient).ShouldBe(WaitQueue.Patience);
        order.Count.ShouldBe(urgent.Length + 1);
    }

    /// <summary>Urgent calls that never end, and tenants that always have more: everybody comes to his turn in a time that his own place bounds.</summary>
    [Fact]
    [Trait("Pitfall", "17")]
    public void Nothing_starves()
    {
        var random = new Random(5);
        Dictionary<Waiter, (int Since, int Bound)> waiting = [];
        int longest = 0;
        for (int went = 0; went < 5000; went++)
        {
            for (int i = random.Next(3); i > 0 && _queue.Count < 300; i--)
            {
                var priority = (CallPriority)random.Next(3);
                Waiter added = Add(priority, tenant: $"t{random.Next(4)}", cost: random.Next(1, 10));
                waiting[added] = (went, _queue.Count);
            }

            if (_queue.First is { } first)
            {
                (int since, int bound) = waiting[first];
                longest = Math.Max(longest, went - since);
                (went - since).ShouldBeLessThanOrEqualTo((bound + 1) * (WaitQueue.Patience + 1) * 4);
                waiting.Remove(Serve());
            }
        }

        longest.ShouldBeGreaterThan(WaitQueue.Patience, "else there was nothing to be patient about");
    }

    [Fact]
    public void One_dear_call_does_not_make_the_turns_long_of_those_that_come_after_it()
    {
        Add(tenant: "c", cost: 10_000);
        Serve();
        for (int i = 0; i < 200; i++)
        {
            Add(tenant: i < 100 ? "a" : "b");
        }

        List<Waiter> order = ServeAll();

        int longest = 0;
        for (int i = 0, run = 0; i < order.Count; i++)
        {
            run = i > 0 && order[i].Tenant == order[i - 1].Tenant ? run + 1 : 1;
            longest = Math.Max(longest, run);
        }

        longest.ShouldBeLessThanOrEqualTo(10);
    }

    [Fact]
    public void What_waits_is_known_in_calls_costs_and_bytes()
    {
        Add(cost: 3, bytes: 100);
        Waiter second = Add(CallPriority.Background, cost: 4, bytes: 20);

        _queue.Load.Count.ShouldBe(2);
        _queue.Load.Bytes.ShouldBe(120);
        _queue.Load.Cost.Points.ShouldBe(7);
        _queue.CountByPriority.ShouldBe(new WaitingCount(0, 1, 1));
        _queue.Remove(second, goes: false);
        _queue.Load.Bytes.ShouldBe(100);
    }

    [Fact]
    public void Ahead_of_a_newcomer_without_tenants_is_all_that_is_as_urgent()
    {
        Add(CallPriority.Interactive);
        Add();
        Add();
        Add(CallPriority.Background);

        Ahead(CallPriority.Normal).Count.ShouldBe(3);
        Ahead(CallPriority.Interactive).Count.ShouldBe(1);
        Ahead(CallPriority.Background).Count.ShouldBe(4);
    }

    /// <summary>Counting everybody who waits refuses the polite tenant for the greedy one's queue.</summary>
    [Fact]
    public void Of_another_tenant_as_much_goes_first_as_the_newcomer_costs()
    {
        for (int i = 0; i < 100; i++)
        {
            Add(tenant: "greedy", cost: 4);
        }

        Ahead(CallPriority.Normal, "polite", cost: 8).Cost.Points.ShouldBe(8);
        Ahead(CallPriority.Normal, "greedy", cost: 4).Cost.Points.ShouldBe(400);
    }

    [Fact]
    public void Who_has_waiting_calls_of_his_own_stands_behind_them()
    {
        for (int i = 0; i < 50; i++)
        {
            Add(tenant: "greedy");
        }

        for (int i = 0; i < 5; i++)
        {
            Add(tenant: "polite");
        }

        Ahead(CallPriority.Normal, "polite").Count.ShouldBe(5 + 6);
    }

    /// <summary>Others' calls that are yet to come take their part, too: if they took three quarters lately, the own queue is four times as far.</summary>
    [Fact]
    public void Experience_counts_what_others_got_meanwhile()
    {
        for (int i = 0; i < 200; i++)
        {
            Add(tenant: "mine");
        }

        for (int i = 0; i < 400; i++)
        {
            while (_queue.Count < 203)
            {
                Add(tenant: $"passing {(i + _queue.Count) % 3}");
            }

            Serve();
        }

        int own = OwnOf("mine");
        int ahead = Ahead(CallPriority.Normal, "mine").Count;

        ((double)ahead / own).ShouldBeInRange(2.5, 5);
    }

    [Fact]
    public void Many_tenants_are_estimated_rather_than_looked_at()
    {
        for (int tenant = 0; tenant < 500; tenant++)
        {
            Add(tenant: $"t{tenant}");
            Add(tenant: $"t{tenant}");
        }

        Ahead(CallPriority.Normal, "new").Count.ShouldBeInRange(450, 550);
        Ahead(CallPriority.Normal, "t3").Count.ShouldBeInRange(900, 1002);
    }

    /// <summary>Whoever waits: the forecast for a newcomer is what really goes before it, give or take a turn of each tenant.</summary>
    [Fact]
    public void Forecasts_what_goes_before_a_newcomer()
    {
        Gen<(int Tenant, int Cost)[]> queues = Gen.ArrayOf(from tenant in Gen.Choose(0, 5) from cost in Gen.Choose(1, 6) select (tenant, cost));
        Prop.ForAll(Arb.From(from queue in queues from tenant in Gen.Choose(0, 6) from cost in Gen.Choose(1, 6) select (queue, tenant, cost)), script =>
        {
            WaitQueueTests test = new();
            foreach ((int tenant, int cost) in script.queue)
            {
                test.Add(tenant: $"t{tenant}", cost: cost);
            }

            long forecast = test.Ahead(CallPriority.Normal, $"t{script.tenant}", script.cost).Cost.Points;
            Waiter newcomer = test.Add(tenant: $"t{script.tenant}", cost: script.cost);
            long real = 0;
            for (Waiter first = test.Serve(); first != newcomer; first = test.Serve())
            {
                real += first.Charge.Greatest.Points;
            }

            const int Turns = 6 * 2 * 6;
            return Math.Abs(real - forecast) <= Turns;
        }).Check(Seeded.Config(seed: 3, tests: 300, size: 120));
    }

    private int OwnOf(string tenant)
    {
        int count = 0;
        _queue.ForEach((waiter, in _) =>
        {
            count += waiter.Tenant == tenant ? 1 : 0;
            return true;
        });
        return count;
    }

    private Load Ahead(CallPriority priority, string? tenant = null, long cost = 1) => _queue.Ahead(priority, tenant, Charge(cost));

    private List<Waiter> ServeAll()
    {
        List<Waiter> order = [];
        while (_queue.Count > 0)
        {
            order.Add(Serve());
        }

        return order;
    }

    private Waiter Serve()
    {
        Waiter first = _queue.First!;
        _queue.Remove(first, goes: true);
        _queue.PassOver(first.Priority);
        return first;
    }

    private Waiter Add(CallPriority priority = CallPriority.Normal, string? tenant = null, long cost = 1, long bytes = 0)
    {
        var demand = new QuotaDemand
        {
            Policy = Shape.Policy,
            Provider = _account.Provider,
            Account = _account.Name,
            BodyBytes = bytes,
            Priority = priority,
            Tenant = tenant,
            MaxWait = Timeout.InfiniteTimeSpan,
            TimeLeft = Timeout.InfiniteTimeSpan,
        };
        var waiter = new Waiter(_account, new Lane(Shape), demand)
        {
            Charge = Charge(cost),
            Operation = null,
            Since = 0,
            GiveUpAt = Limit.Never,
            Outlook = default,
        };
        _queue.Add(waiter);
        return waiter;
    }

    private static Charge Charge(long cost) => new([new QuotaUse("*", new Cost(1, Points: cost))]);
}
