using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>Who is let into the queue, and who is refused instead: now, or when it turns out that he waits in vain.</summary>
public class ForecastTests : LedgerTest
{
    [Fact]
    public void A_hopeless_wait_is_refused_before_it_begins()
    {
        QuotaPolicy policy = Policy("1/minute");
        Cycle(policy);
        Wait(policy);
        Grant grant = default;

        Admission admission = Ask(policy, ref grant, out _, out QuotaRefusal? refusal, timeLeft: TimeSpan.FromSeconds(100));

        admission.ShouldBe(Admission.Refused);
        refusal!.Reason.ShouldBe(QuotaRefusalReason.WouldMissDeadline);
        refusal.Ahead.ShouldBe(1);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromSeconds(120));
        refusal.Limit.ShouldBe("1/minute");
        refusal.Message.ShouldContain("test/a/*");
        refusal.Message.ShouldContain("1/minute");
    }

    [Fact]
    public void A_wait_of_zero_is_refused_at_once()
    {
        QuotaPolicy policy = Policy("1/minute");
        Cycle(policy);
        Grant grant = default;

        Admission admission = Ask(policy, ref grant, out _, out QuotaRefusal? refusal, maxWait: TimeSpan.Zero);

        admission.ShouldBe(Admission.Refused);
        refusal!.RetryAfter.ShouldBe(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void A_gate_that_closes_refuses_those_whom_it_would_let_out_too_late()
    {
        QuotaPolicy policy = Policy("1/10s");
        Cycle(policy);
        Waiter patient = Wait(policy);
        Waiter hurried = Wait(policy, timeLeft: TimeSpan.FromSeconds(30));

        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(60), IsExhausted: false, "asked to wait"));

        hurried.Outcome.ShouldBe(Admission.Refused);
        hurried.Refusal!.Message.ShouldContain("asked to wait");
        patient.Outcome.ShouldBe(Admission.Waiting);
    }

    [Fact]
    public void Nobody_waits_past_the_deadline()
    {
        QuotaPolicy policy = Policy([LimitSpec.Concurrent(1)]);
        Grant held = default;
        Ask(policy, ref held, out _, out _).ShouldBe(Admission.Granted);
        Waiter waiter = Wait(policy, timeLeft: TimeSpan.FromSeconds(5));

        Time.Advance(TimeSpan.FromSeconds(5));

        waiter.Outcome.ShouldBe(Admission.Refused);
        waiter.Refusal!.Reason.ShouldBe(QuotaRefusalReason.WouldMissDeadline);
    }

    [Fact]
    public void An_exhausted_quota_is_not_waited_for()
    {
        QuotaPolicy policy = Policy("1/10s");
        Cycle(policy);
        Waiter waiter = Wait(policy);
        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromHours(1), IsExhausted: true, "no credit left"));
        Grant grant = default;

        Admission admission = Ask(policy, ref grant, out _, out QuotaRefusal? refusal);

        admission.ShouldBe(Admission.Refused);
        refusal!.Reason.ShouldBe(QuotaRefusalReason.Exhausted);
        refusal.RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        waiter.Refusal!.Reason.ShouldBe(QuotaRefusalReason.Exhausted);
    }

    [Fact]
    public void A_call_that_can_never_fit_is_refused_for_ever()
    {
        QuotaPolicy policy = Policy("1000 tokens/minute");
        Grant grant = default;

        Admission admission = Ask(policy, ref grant, out _, out QuotaRefusal? refusal, cost: new Cost(1, 1001));

        admission.ShouldBe(Admission.Refused);
        refusal!.Reason.ShouldBe(QuotaRefusalReason.CannotFit);
        refusal.RetryAfter.ShouldBeNull();
        refusal.Message.ShouldContain("1001 tokens");
    }

    [Fact]
    public void The_queue_is_bounded_in_calls_and_in_bytes()
    {
        QuotaPolicy policy = Policy("1/10s", maxQueue: 2, maxQueueBytes: 100);
        Cycle(policy);
        Wait(policy, bodyBytes: 60);
        Grant grant = default;

        Admission byBytes = Ask(policy, ref grant, out _, out QuotaRefusal? tooMany, bodyBytes: 41);
        Wait(policy, bodyBytes: 40);
        Admission byCount = Ask(policy, ref grant, out _, out QuotaRefusal? full);

        byBytes.ShouldBe(Admission.Refused);
        tooMany!.Reason.ShouldBe(QuotaRefusalReason.QueueFull);
        byCount.ShouldBe(Admission.Refused);
        full!.Ahead.ShouldBe(2);
        full.Message.ShouldContain("Pacing:MaxQueue");
    }

    [Fact]
    [Trait("Pitfall", "15")]
    public void Calls_of_all_kinds_that_wait_for_one_quota_are_bounded_together()
    {
        var policy = new QuotaPolicy("client", 1, Limits("1/10s"), [("search", Limits("100/second")), ("core", Limits("100/second"))]) { MaxQueue = 2 };
        Cycle(policy, uses: Uses("core"));
        Wait(policy, uses: Uses("search"));
        Wait(policy, uses: Uses("core"));

        Grant grant = default;
        Admission third = Ask(policy, ref grant, out _, out QuotaRefusal? refusal, uses: Uses("core"));

        third.ShouldBe(Admission.Refused);
        refusal!.Reason.ShouldBe(QuotaRefusalReason.QueueFull);
    }

    /// <summary>Twenty of its tenant wait before it, for two seconds by a rate that is felt out, and for as long by a limit that is known.</summary>
    [Theory]
    [InlineData("none", true)]
    [InlineData("10/second; burst 1", false)]
    public void What_others_may_add_to_a_wait_counts_where_the_limit_is_known(string limits, bool waits)
    {
        QuotaPolicy policy = Policy(limits);
        ImmutableArray<QuotaUse> uses = [new QuotaUse("slow", Cost.OneRequest, QuotaStart.Slow)];
        Admission Enter(TimeSpan timeLeft)
        {
            Grant grant = default;
            var demand = new QuotaDemand
            {
                Policy = policy,
                Provider = "test",
                Account = "a",
                Uses = uses,
                Tenant = "t",
                MaxWait = Timeout.InfiniteTimeSpan,
                TimeLeft = timeLeft,
            };
            return Ledger.Admit(demand, ref grant, out _, out _);
        }

        Enter(Timeout.InfiniteTimeSpan).ShouldBe(Admission.Granted);
        for (int i = 0; i < 20; i++)
        {
            Enter(Timeout.InfiniteTimeSpan).ShouldBe(Admission.Waiting);
        }

        Enter(TimeSpan.FromSeconds(2.6)).ShouldBe(waits ? Admission.Waiting : Admission.Refused);
    }
}
