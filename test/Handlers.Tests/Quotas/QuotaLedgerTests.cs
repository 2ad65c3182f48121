using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>What a ledger grants, takes and gives back, and whose quotas they are.</summary>
public class QuotaLedgerTests : LedgerTest
{
    [Fact]
    public void Grants_at_once_where_nothing_limits()
    {
        Grant grant = default;

        Admission admission = Ask(Policy(), ref grant, out _, out _);

        admission.ShouldBe(Admission.Granted);
        grant.IsCharged.ShouldBeFalse("no lock, nothing to give back");
    }

    [Fact]
    [Trait("Requirement", "C5")]
    public void Granting_and_settling_allocate_nothing()
    {
        QuotaPolicy policy = Policy("1000000/second; bucket, 1000000/hour");
        for (int i = 0; i < 1000; i++)
        {
            Cycle(policy);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            Cycle(policy);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Waits_until_the_window_has_room()
    {
        QuotaPolicy policy = Policy("2/10s");
        Cycle(policy);
        Cycle(policy);

        Waiter waiter = Wait(policy);
        Time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Admission before = waiter.Outcome;
        Time.Advance(TimeSpan.FromTicks(1));

        before.ShouldBe(Admission.Waiting);
        waiter.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void Takes_from_all_limits_or_from_none()
    {
        QuotaPolicy policy = Policy("10 tokens/10s, 2/minute");
        Grant grant = default;
        Ask(policy, ref grant, out _, out _, cost: new Cost(1, 4)).ShouldBe(Admission.Granted);

        Waiter big = Wait(policy, cost: new Cost(1, 8));
        Ledger.Cancel(big);
        Grant small = default;
        Admission admission = Ask(policy, ref small, out _, out _, cost: new Cost(1, 6));

        admission.ShouldBe(Admission.Granted, "the one that did not fit holds neither tokens nor a request");
    }

    [Fact]
    [Trait("Requirement", "E8")]
    public void A_slot_is_free_again_when_the_body_has_ended()
    {
        QuotaPolicy policy = Policy([LimitSpec.Concurrent(1)]);
        Grant first = default;
        Ask(policy, ref first, out _, out _).ShouldBe(Admission.Granted);
        Waiter second = Wait(policy);

        Ledger.Settle(ref first, Verdict.Ok, Ledger.Clock.Provider.GetTimestamp());
        Admission afterHeaders = second.Outcome;
        Ledger.Release(ref first);

        afterHeaders.ShouldBe(Admission.Waiting);
        second.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    [Trait("Requirement", "A1")]
    public void Keeps_the_minimum_interval_between_starts()
    {
        QuotaPolicy policy = Policy([LimitSpec.Interval(TimeSpan.FromMilliseconds(100))]);
        Grant first = default;
        Ask(policy, ref first, out _, out _).ShouldBe(Admission.Granted);

        Waiter second = Wait(policy);
        Time.Advance(TimeSpan.FromMilliseconds(99));
        Admission early = second.Outcome;
        Time.Advance(TimeSpan.FromMilliseconds(1));

        early.ShouldBe(Admission.Waiting);
        second.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void What_was_never_sent_costs_nothing()
    {
        QuotaPolicy policy = Policy("1/minute, 1/hour; bucket, 1/minute; window");
        Grant grant = default;
        Ask(policy, ref grant, out _, out _).ShouldBe(Admission.Granted);

        Ledger.Return(ref grant);

        grant.IsHeld.ShouldBeFalse();
        Ask(policy, ref grant, out _, out _).ShouldBe(Admission.Granted);
    }

    [Fact]
    public void What_the_answer_says_it_cost_is_what_it_cost()
    {
        QuotaPolicy policy = Policy("10 points/hour");
        Grant grant = default;
        Ask(policy, ref grant, out _, out _, cost: new Cost(1, Points: 8)).ShouldBe(Admission.Granted);
        Verdict verdict = Verdict.Ok;
        verdict.Observed.TryAdd(new QuotaObservation(QuotaKey.AllResources, LimitUnit.Points) { Cost = 3 });

        Ledger.Settle(ref grant, verdict, Ledger.Clock.Provider.GetTimestamp());

        Ask(policy, ref grant, out _, out _, cost: new Cost(1, Points: 7)).ShouldBe(Admission.Granted);
    }

    [Fact]
    public void Accounts_have_quotas_of_their_own()
    {
        QuotaPolicy policy = Policy("1/10s");
        Cycle(policy);
        Grant grant = default;

        Ask(policy, ref grant, out _, out _, account: "b").ShouldBe(Admission.Granted);
    }

    [Fact]
    public void A_reload_keeps_what_was_used()
    {
        Cycle(Policy("3/minute"));
        Cycle(Policy("3/minute"));

        QuotaPolicy reloaded = Policy("2/minute", version: 2);
        Grant grant = default;
        Admission admission = Ask(reloaded, ref grant, out _, out _, maxWait: TimeSpan.Zero);

        admission.ShouldBe(Admission.Refused);
    }

    [Fact]
    public void A_call_with_old_options_does_not_bring_them_back()
    {
        QuotaPolicy old = Policy("1/minute");
        Cycle(old);
        Cycle(Policy("5/minute", version: 2));

        Grant grant = default;
        Admission admission = Ask(old, ref grant, out _, out _, maxWait: TimeSpan.Zero);

        admission.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void Clients_that_share_an_account_share_each_others_limits()
    {
        Cycle(Policy("1/minute", client: "one"));
        Grant grant = default;

        Admission admission = Ask(Policy("100/second", client: "two"), ref grant, out _, out QuotaRefusal? refusal, maxWait: TimeSpan.Zero);

        admission.ShouldBe(Admission.Refused);
        refusal!.Limit.ShouldBe("1/minute");
    }

    [Fact]
    public void Forgets_idle_accounts_and_no_others()
    {
        QuotaPolicy policy = Policy("1/minute");
        for (int i = 0; i < 1500; i++)
        {
            Cycle(policy, account: $"idle{i}");
        }

        Time.Advance(TimeSpan.FromMinutes(2));
        Cycle(policy, account: "busy");
        for (int i = 0; i < 3000; i++)
        {
            Cycle(policy, account: $"later{i}");
        }

        Grant grant = default;
        Ledger.Count.ShouldBeLessThan(3200);
        Ask(policy, ref grant, out _, out _, account: "busy", maxWait: TimeSpan.Zero).ShouldBe(Admission.Refused, "its minute is not over");
    }

    /// <summary>What calls cost is learned, and that is a guess: who were refused because of it could never tell better.</summary>
    [Fact]
    public void A_learned_cost_beyond_the_limit_waits_for_all_of_it_and_is_not_refused()
    {
        QuotaPolicy policy = Policy("none", ("complexity", "100 points/minute"));
        ImmutableArray<QuotaUse> uses = Uses("complexity", new Cost(1, Points: 1));
        Grant dear = default;
        Ask(policy, ref dear, out _, out _, uses: uses).ShouldBe(Admission.Granted);
        Verdict verdict = Verdict.Ok;
        verdict.Observed.TryAdd(new QuotaObservation("complexity", LimitUnit.Points) { Cost = 150 });
        Ledger.Settle(ref dear, verdict, Time.GetTimestamp());
        Ledger.Release(ref dear);

        Waiter next = Wait(policy, uses: uses);
        Time.Advance(TimeSpan.FromMinutes(1));

        next.Outcome.ShouldBe(Admission.Granted);
    }
}
