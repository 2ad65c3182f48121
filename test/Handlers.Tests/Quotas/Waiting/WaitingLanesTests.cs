using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>Who goes next, over all the queues of an account.</summary>
public class WaitingLanesTests : LedgerTest
{
    [Fact]
    public void Serves_in_order_of_arrival()
    {
        QuotaPolicy policy = Policy("1/1s");
        Cycle(policy);
        Waiter[] waiters = [Wait(policy), Wait(policy), Wait(policy)];

        var order = new List<int>();
        for (int second = 0; second < 3; second++)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            int granted = Array.FindIndex(waiters, w => w.Outcome == Admission.Granted && w.Grant.IsHeld && !order.Contains(Array.IndexOf(waiters, w)));
            order.Add(granted);
            End(waiters[granted].Grant);
        }

        order.ShouldBe([0, 1, 2]);
    }

    [Fact]
    public void A_newcomer_does_not_overtake_who_waits_for_the_same()
    {
        QuotaPolicy policy = Policy("10 tokens/10s");
        Cycle(policy, new Cost(1, 6));
        Waiter big = Wait(policy, cost: new Cost(1, 9));

        Waiter small = Wait(policy, cost: new Cost(1, 1));
        Time.Advance(TimeSpan.FromSeconds(10));

        big.Outcome.ShouldBe(Admission.Granted);
        small.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void A_wait_at_one_resource_holds_up_no_other()
    {
        QuotaPolicy policy = Policy("100/second", ("search", "1/minute"));
        Cycle(policy, uses: Uses("search"));
        Waiter search = Wait(policy, uses: Uses("search"));
        Grant core = default;

        Admission admission = Ask(policy, ref core, out _, out _, uses: Uses("core"));

        search.Outcome.ShouldBe(Admission.Waiting);
        admission.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void Calls_that_share_a_quota_do_not_wait_for_what_only_others_need()
    {
        QuotaPolicy policy = Policy("none", ("core", "100/second"), ("writes", "1/minute"));
        ImmutableArray<QuotaUse> write = [.. Uses("core"), .. Uses("writes")];
        Cycle(policy, uses: write);
        Wait(policy, uses: write);
        Grant read = default;

        Ask(policy, ref read, out _, out _, uses: Uses("core")).ShouldBe(Admission.Granted);
    }

    [Fact]
    public void A_gate_that_comes_into_being_holds_those_who_wait_already()
    {
        QuotaPolicy policy = Policy("1/10s");
        Cycle(policy, uses: Uses("default"));
        Waiter waiter = Wait(policy, uses: Uses("default"));

        Ledger.CloseGate(Key("default"), new GateClosing(TimeSpan.FromMinutes(1), IsExhausted: false, "asked to wait"));
        Time.Advance(TimeSpan.FromSeconds(59));
        Admission early = waiter.Outcome;
        Time.Advance(TimeSpan.FromSeconds(1));

        early.ShouldBe(Admission.Waiting);
        waiter.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void Nobody_starves_at_a_quota_that_two_queues_share()
    {
        QuotaPolicy policy = Policy("10 tokens/10s", ("a", "100/second"), ("b", "100/second"));
        Cycle(policy, uses: Uses("a", new Cost(1, 5)));
        Waiter big = Wait(policy, uses: Uses("a", new Cost(1, 10)));

        Waiter small = Wait(policy, uses: Uses("b", new Cost(1, 1)));
        Time.Advance(TimeSpan.FromSeconds(10));

        big.Outcome.ShouldBe(Admission.Granted);
        small.Outcome.ShouldBe(Admission.Waiting, "it came later and both want the same tokens");
    }

    [Fact]
    public void A_cancelled_waiter_leaves_at_once_and_the_next_takes_its_place()
    {
        QuotaPolicy policy = Policy("10 tokens/10s");
        Cycle(policy, new Cost(1, 5));
        Waiter big = Wait(policy, cost: new Cost(1, 10));
        Waiter small = Wait(policy, cost: new Cost(1, 5));

        Ledger.Cancel(big);

        big.Outcome.ShouldBe(Admission.Cancelled);
        small.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void Ten_thousand_waiters_share_one_timer_and_idle_quotas_have_none()
    {
        QuotaPolicy policy = Policy("1/10s");
        Cycle(policy);
        int idle = Time.ArmedTimers;
        Waiter[] waiters = [.. Enumerable.Range(0, 10_000).Select(_ => Wait(policy))];
        int waiting = Time.ArmedTimers;

        Array.ForEach(waiters, Ledger.Cancel);

        idle.ShouldBe(0);
        waiting.ShouldBe(1);
        Time.ArmedTimers.ShouldBe(0);
    }
}
