using System.Collections.Immutable;
using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>A closed gate, and how it reopens.</summary>
public class GateTests : LedgerTest
{
    [Fact]
    public void A_closed_gate_holds_every_caller_until_its_instant()
    {
        QuotaPolicy policy = Policy();
        Cycle(policy);
        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(30), IsExhausted: false, "asked to wait"));

        Waiter[] waiters = [Wait(policy), Wait(policy, uses: Uses("core"))];
        Time.Advance(TimeSpan.FromSeconds(30) - TimeSpan.FromTicks(1));
        bool early = waiters.Any(w => w.Outcome != Admission.Waiting);
        Time.Advance(TimeSpan.FromTicks(1));

        early.ShouldBeFalse();
        waiters.Count(w => w.Outcome == Admission.Granted).ShouldBe(1, "one probe");
    }

    [Fact]
    public void A_shorter_hint_never_opens_a_gate_earlier()
    {
        QuotaPolicy policy = Policy();
        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(30), IsExhausted: false, "long"));
        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "short"));

        Waiter waiter = Wait(policy);
        Time.Advance(TimeSpan.FromSeconds(29));

        waiter.Outcome.ShouldBe(Admission.Waiting);
    }

    [Fact]
    public void After_the_gate_each_success_lets_two_go()
    {
        QuotaPolicy policy = Policy();
        var longWindow = TimeSpan.FromMinutes(5);
        Ledger.CloseGate(Key("*"), new GateClosing(longWindow, IsExhausted: false, "asked to wait") { Hint = longWindow });
        Waiter[] waiters = [.. Enumerable.Range(0, 100).Select(_ => Wait(policy))];
        Time.Advance(longWindow);

        var gone = new HashSet<Waiter>();
        var rounds = new List<int>();
        for (int i = 0; i < 5; i++)
        {
            Waiter[] going = [.. waiters.Where(w => w.Outcome == Admission.Granted && gone.Add(w))];
            rounds.Add(going.Length);
            Time.Advance(TimeSpan.FromMilliseconds(100));
            Array.ForEach(going, w => End(w));
        }

        rounds.ShouldBe([1, 2, 4, 8, 16]);
    }

    [Fact]
    public void A_refused_probe_closes_the_gate_anew()
    {
        QuotaPolicy policy = Policy();
        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "asked to wait"));
        Waiter probe = Wait(policy);
        Waiter next = Wait(policy);
        Time.Advance(TimeSpan.FromSeconds(1));

        Grant grant = probe.Grant;
        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(5), IsExhausted: false, "asked again"));
        Ledger.Settle(ref grant, new Verdict(VerdictKind.RateLimited, "429"), Ledger.Clock.Provider.GetTimestamp());
        Time.Advance(TimeSpan.FromSeconds(4.9));
        Admission early = next.Outcome;
        Time.Advance(TimeSpan.FromSeconds(0.1));

        early.ShouldBe(Admission.Waiting);
        next.Outcome.ShouldBe(Admission.Granted);
    }

    [Fact]
    public void A_probe_without_an_answer_is_not_waited_for_for_ever()
    {
        QuotaPolicy policy = Policy();
        Ledger.CloseGate(Key("*"), new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "asked to wait"));
        Wait(policy);
        Waiter next = Wait(policy);

        Time.Advance(TimeSpan.FromSeconds(1) + TimeSpan.FromTicks(Gate.Patience));

        next.Outcome.ShouldBe(Admission.Granted);
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
}
