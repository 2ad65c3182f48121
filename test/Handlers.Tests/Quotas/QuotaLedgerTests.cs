using System.Collections.Immutable;
using Handlers.Quotas;
using Handlers.Tests.Support;

namespace Handlers.Tests.Quotas;

public class QuotaLedgerTests
{
    private readonly ManualTime _time = new();
    private readonly QuotaLedger _ledger;

    public QuotaLedgerTests() => _ledger = new QuotaLedger(_time);

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
        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Admission before = waiter.Outcome;
        _time.Advance(TimeSpan.FromTicks(1));

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
        _ledger.Cancel(big);
        Grant small = default;
        Admission admission = Ask(policy, ref small, out _, out _, cost: new Cost(1, 6));

        admission.ShouldBe(Admission.Granted, "the one that did not fit holds neither tokens nor a request");
    }

    [Fact]
    public void Serves_in_order_of_arrival()
    {
        QuotaPolicy policy = Policy("1/1s");
        Cycle(policy);
        Waiter[] waiters = [Wait(policy), Wait(policy), Wait(policy)];

        var order = new List<int>();
        for (int second = 0; second < 3; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
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
        _time.Advance(TimeSpan.FromSeconds(10));

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

        _ledger.CloseGate(Key("default"), new GateClosing(TimeSpan.FromMinutes(1), IsExhausted: false, "asked to wait"));
        _time.Advance(TimeSpan.FromSeconds(59));
        Admission early = waiter.Outcome;
        _time.Advance(TimeSpan.FromSeconds(1));

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
        _time.Advance(TimeSpan.FromSeconds(10));

        big.Outcome.ShouldBe(Admission.Granted);
        small.Outcome.ShouldBe(Admission.Waiting, "it came later and both want the same tokens");
    }

    [Fact]
    [Trait("Requirement", "E8")]
    public void A_slot_is_free_again_when_the_body_has_ended()
    {
        QuotaPolicy policy = Policy([LimitSpec.Concurrent(1)]);
        Grant first = default;
        Ask(policy, ref first, out _, out _).ShouldBe(Admission.Granted);
        Waiter second = Wait(policy);

        _ledger.Settle(ref first, Verdict.Ok, _ledger.Clock.Provider.GetTimestamp());
        Admission afterHeaders = second.Outcome;
        _ledger.Release(ref first);

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
        _time.Advance(TimeSpan.FromMilliseconds(99));
        Admission early = second.Outcome;
        _time.Advance(TimeSpan.FromMilliseconds(1));

        early.ShouldBe(Admission.Waiting);
        second.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void What_was_never_sent_costs_nothing()
    {
        QuotaPolicy policy = Policy("1/minute, 1/hour; bucket, 1/minute; window");
        Grant grant = default;
        Ask(policy, ref grant, out _, out _).ShouldBe(Admission.Granted);

        _ledger.Return(ref grant);

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

        _ledger.Settle(ref grant, verdict, _ledger.Clock.Provider.GetTimestamp());

        Ask(policy, ref grant, out _, out _, cost: new Cost(1, Points: 7)).ShouldBe(Admission.Granted);
    }

    [Fact]
    public void A_closed_gate_holds_every_caller_until_its_instant()
    {
        QuotaPolicy policy = Policy();
        Cycle(policy);
        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(30), IsExhausted: false, "asked to wait"));

        Waiter[] waiters = [Wait(policy), Wait(policy, uses: Uses("core"))];
        _time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        bool early = waiters.Any(w => w.Outcome != Admission.Waiting);
        _time.Advance(TimeSpan.FromTicks(1));

        early.ShouldBeFalse();
        waiters.Count(w => w.Outcome == Admission.Granted).ShouldBe(1, "one probe");
    }

    [Fact]
    public void A_shorter_hint_never_opens_a_gate_earlier()
    {
        QuotaPolicy policy = Policy();
        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(30), IsExhausted: false, "long"));
        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "short"));

        Waiter waiter = Wait(policy);
        _time.Advance(TimeSpan.FromSeconds(29));

        waiter.Outcome.ShouldBe(Admission.Waiting);
    }

    [Fact]
    public void After_the_gate_each_success_lets_two_go()
    {
        QuotaPolicy policy = Policy();
        var longWindow = TimeSpan.FromMinutes(5);
        _ledger.CloseGate(Key("*"), new GateClosing(longWindow, IsExhausted: false, "asked to wait") { Hint = longWindow });
        Waiter[] waiters = [.. Enumerable.Range(0, 100).Select(_ => Wait(policy))];
        _time.Advance(longWindow);

        var rounds = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            Waiter[] going = [.. waiters.Where(w => w.Outcome == Admission.Granted && !w.Grant.IsSettled).Except(_ended)];
            rounds.Add(going.Length);
            _time.Advance(TimeSpan.FromMilliseconds(100));
            Array.ForEach(going, w => End(w));
        }

        rounds.ShouldBe([1, 2, 4, 8, 16]);
    }

    [Fact]
    public void A_refused_probe_closes_the_gate_anew()
    {
        QuotaPolicy policy = Policy();
        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "asked to wait"));
        Waiter probe = Wait(policy);
        Waiter next = Wait(policy);
        _time.Advance(TimeSpan.FromSeconds(1));

        Grant grant = probe.Grant;
        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(5), IsExhausted: false, "asked again"));
        _ledger.Settle(ref grant, new Verdict(VerdictKind.RateLimited, "429"), _ledger.Clock.Provider.GetTimestamp());
        _time.Advance(TimeSpan.FromSeconds(4.9));
        Admission early = next.Outcome;
        _time.Advance(TimeSpan.FromSeconds(0.1));

        early.ShouldBe(Admission.Waiting);
        next.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void A_probe_without_an_answer_is_not_waited_for_for_ever()
    {
        QuotaPolicy policy = Policy();
        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "asked to wait"));
        Wait(policy);
        Waiter next = Wait(policy);

        _time.Advance(TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(Gate.Patience));

        next.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void Authorities_that_have_been_open_for_a_while_are_forgotten_and_closed_ones_never()
    {
        _ledger.CloseAuthority("closed", new GateClosing(TimeSpan.FromHours(1), IsExhausted: false, "503"));
        for (int i = 0; i < 3000; i++)
        {
            _ledger.CloseAuthority($"host-{i}", new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "503"));
            _time.Advance(TimeSpan.FromSeconds(0.2));
        }

        _ledger.AuthorityOf("host-0").ShouldBeNull();
        _ledger.AuthorityOf("host-2999").ShouldNotBeNull();
        _ledger.AuthorityOf("closed").ShouldNotBeNull();
    }

    [Fact]
    public void An_authority_that_asked_for_a_pause_gets_it_from_every_account()
    {
        QuotaPolicy policy = Policy();
        _ledger.CloseAuthority("api.example.com", new GateClosing(TimeSpan.FromSeconds(3), IsExhausted: false, "503"));
        Waiter[] waiters = [Wait(policy, account: "a", authority: "api.example.com"), Wait(policy, account: "b", authority: "API.example.com")];
        Grant other = default;
        Admission elsewhere = Ask(policy, ref other, out _, out _, authority: "other.example.com");

        _time.Advance(TimeSpan.FromSeconds(3));
        Waiter probe = waiters.Single(w => w.Outcome == Admission.Granted);
        End(probe);

        elsewhere.ShouldBe(Admission.Granted);
        waiters.ShouldAllBe(w => w.Outcome == Admission.Granted);
    }

    [Fact]
    public void The_first_answer_is_awaited_where_it_announces_the_limit()
    {
        QuotaPolicy policy = Policy();
        ImmutableArray<QuotaUse> uses = [new QuotaUse("core", Cost.OneRequest, QuotaStart.FirstAnswer)];
        Grant first = default;
        Ask(policy, ref first, out _, out _, uses: uses).ShouldBe(Admission.Granted);
        Waiter[] others = [.. Enumerable.Range(0, 3).Select(_ => Wait(policy, uses: uses))];

        Admission before = others[0].Outcome;
        End(first);

        before.ShouldBe(Admission.Waiting);
        others.Count(w => w.Outcome == Admission.Granted).ShouldBe(2);
    }

    [Fact]
    public void A_cancelled_waiter_leaves_at_once_and_the_next_takes_its_place()
    {
        QuotaPolicy policy = Policy("10 tokens/10s");
        Cycle(policy, new Cost(1, 5));
        Waiter big = Wait(policy, cost: new Cost(1, 10));
        Waiter small = Wait(policy, cost: new Cost(1, 5));

        _ledger.Cancel(big);

        big.Outcome.ShouldBe(Admission.Cancelled);
        small.Outcome.ShouldBe(Admission.Granted);
    }

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

        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(60), IsExhausted: false, "asked to wait"));

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

        _time.Advance(TimeSpan.FromSeconds(5));

        waiter.Outcome.ShouldBe(Admission.Refused);
        waiter.Refusal!.Reason.ShouldBe(QuotaRefusalReason.WouldMissDeadline);
    }

    [Fact]
    public void An_exhausted_quota_is_not_waited_for()
    {
        QuotaPolicy policy = Policy("1/10s");
        Cycle(policy);
        Waiter waiter = Wait(policy);
        _ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromHours(1), IsExhausted: true, "no credit left"));
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
    public void Ten_thousand_waiters_share_one_timer_and_idle_quotas_have_none()
    {
        QuotaPolicy policy = Policy("1/10s");
        Cycle(policy);
        int idle = _time.ArmedTimers;
        Waiter[] waiters = [.. Enumerable.Range(0, 10_000).Select(_ => Wait(policy))];
        int waiting = _time.ArmedTimers;

        Array.ForEach(waiters, _ledger.Cancel);

        idle.ShouldBe(0);
        waiting.ShouldBe(1);
        _time.ArmedTimers.ShouldBe(0);
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

        _time.Advance(TimeSpan.FromMinutes(2));
        Cycle(policy, account: "busy");
        for (int i = 0; i < 3000; i++)
        {
            Cycle(policy, account: $"later{i}");
        }

        Grant grant = default;
        _ledger.Count.ShouldBeLessThan(3200);
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
        _ledger.Settle(ref dear, verdict, _time.GetTimestamp());
        _ledger.Release(ref dear);

        Waiter next = Wait(policy, uses: uses);
        _time.Advance(TimeSpan.FromMinutes(1));

        next.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void A_probe_that_was_not_sent_leaves_its_place_at_the_upstream_to_another_account()
    {
        QuotaPolicy policy = Policy("100/second");
        _ledger.CloseAuthority("https://up", new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "503"));
        _time.Advance(TimeSpan.FromSeconds(1));
        Grant probe = default;
        Ask(policy, ref probe, out _, out _, account: "a", authority: "https://up").ShouldBe(Admission.Granted);
        Waiter other = Wait(policy, account: "b", authority: "https://up");

        _ledger.Return(ref probe);

        other.Outcome.ShouldBe(Admission.Granted);
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
            return _ledger.Admit(demand, ref grant, out _, out _);
        }

        Enter(Timeout.InfiniteTimeSpan).ShouldBe(Admission.Granted);
        for (int i = 0; i < 20; i++)
        {
            Enter(Timeout.InfiniteTimeSpan).ShouldBe(Admission.Waiting);
        }

        Enter(TimeSpan.FromSeconds(2.6)).ShouldBe(waits ? Admission.Waiting : Admission.Refused);
    }

    private readonly HashSet<Waiter> _ended = [];

    private static QuotaKey Key(string resource) => new("test", "a", resource);

    private static ImmutableArray<QuotaUse> Uses(string resource, Cost? cost = null) => [new QuotaUse(resource, cost ?? Cost.OneRequest)];

    private static ImmutableArray<LimitSpec> Limits(string text)
    {
        LimitGrammar.TryParse(text, out ImmutableArray<LimitSpec> limits, out string? error).ShouldBeTrue(error);
        return limits;
    }

    private static QuotaPolicy Policy(ImmutableArray<LimitSpec> limits) => new("client", 1, limits, []);

    private static QuotaPolicy Policy(string limits = "none", params (string Resource, string Limits)[] resources) =>
        new("client", 1, Limits(limits), [.. resources.Select(r => (r.Resource, Limits(r.Limits)))]);

    private static QuotaPolicy Policy(string limits, int version = 1, string client = "client", int maxQueue = 10_000, long maxQueueBytes = 1 << 20) =>
        new(client, version, Limits(limits), []) { MaxQueue = maxQueue, MaxQueueBytes = maxQueueBytes };

    private Admission Ask(
        QuotaPolicy policy, ref Grant grant, out Waiter? waiter, out QuotaRefusal? refusal, Cost? cost = null, ImmutableArray<QuotaUse> uses = default,
        string account = "a", string? authority = null, TimeSpan? maxWait = null, TimeSpan? timeLeft = null, long bodyBytes = 0)
    {
        var demand = new QuotaDemand
        {
            Policy = policy,
            Provider = "test",
            Account = account,
            Authority = authority,
            Uses = cost is { } own ? Uses("*", own) : uses,
            BodyBytes = bodyBytes,
            MaxWait = maxWait ?? Timeout.InfiniteTimeSpan,
            TimeLeft = timeLeft ?? Timeout.InfiniteTimeSpan,
        };
        return _ledger.Admit(demand, ref grant, out waiter, out refusal);
    }

    private Waiter Wait(
        QuotaPolicy policy, Cost? cost = null, ImmutableArray<QuotaUse> uses = default, string account = "a", string? authority = null, TimeSpan? timeLeft = null,
        long bodyBytes = 0)
    {
        Grant grant = default;
        Ask(policy, ref grant, out Waiter? waiter, out QuotaRefusal? refusal, cost, uses, account, authority, timeLeft: timeLeft, bodyBytes: bodyBytes)
            .ShouldBe(Admission.Waiting, refusal?.Message);
        return waiter!;
    }

    private void Cycle(QuotaPolicy policy, Cost? cost = null, ImmutableArray<QuotaUse> uses = default, string account = "a")
    {
        Grant grant = default;
        if (Ask(policy, ref grant, out _, out QuotaRefusal? refusal, cost, uses, account) != Admission.Granted)
        {
            throw new InvalidOperationException(refusal?.Message ?? "It waits.");
        }

        End(grant);
    }

    private void End(Grant grant)
    {
        _ledger.Settle(ref grant, Verdict.Ok, _ledger.Clock.Provider.GetTimestamp());
        _ledger.Release(ref grant);
    }

    private void End(Waiter waiter)
    {
        _ended.Add(waiter);
        End(waiter.Grant);
    }
}
