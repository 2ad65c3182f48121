using Handlers.Quotas;

namespace Handlers.Tests.Quotas;

/// <summary>The gate of an upstream, over all accounts.</summary>
public class AuthorityGateTests : LedgerTest
{
    [Fact]
    public void Authorities_that_have_been_open_for_a_while_are_forgotten_and_closed_ones_never()
    {
        Ledger.CloseAuthority("closed", new GateClosing(TimeSpan.FromHours(1), IsExhausted: false, "503"));
        for (int i = 0; i < 3000; i++)
        {
            Ledger.CloseAuthority($"host-{i}", new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "503"));
            Time.Advance(TimeSpan.FromSeconds(0.2));
        }

        Ledger.AuthorityOf("host-0").ShouldBeNull();
        Ledger.AuthorityOf("host-2999").ShouldNotBeNull();
        Ledger.AuthorityOf("closed").ShouldNotBeNull();
    }

    [Fact]
    public void An_authority_that_asked_for_a_pause_gets_it_from_every_account()
    {
        QuotaPolicy policy = Policy();
        Ledger.CloseAuthority("api.example.com", new GateClosing(TimeSpan.FromSeconds(3), IsExhausted: false, "503"));
        Waiter[] waiters = [Wait(policy, account: "a", authority: "api.example.com"), Wait(policy, account: "b", authority: "API.example.com")];
        Grant other = default;
        Admission elsewhere = Ask(policy, ref other, out _, out _, authority: "other.example.com");

        Time.Advance(TimeSpan.FromSeconds(3));
        Waiter probe = waiters.Single(w => w.Outcome == Admission.Granted);
        End(probe);

        elsewhere.ShouldBe(Admission.Granted);
        waiters.ShouldAllBe(w => w.Outcome == Admission.Granted);
    }

    [Fact]
    public void A_probe_that_was_not_sent_leaves_its_place_at_the_upstream_to_another_account()
    {
        QuotaPolicy policy = Policy("100/second");
        Ledger.CloseAuthority("https://up", new GateClosing(TimeSpan.FromSeconds(1), IsExhausted: false, "503"));
        Time.Advance(TimeSpan.FromSeconds(1));
        Grant probe = default;
        Ask(policy, ref probe, out _, out _, account: "a", authority: "https://up").ShouldBe(Admission.Granted);
        Waiter other = Wait(policy, account: "b", authority: "https://up");

        Ledger.Return(ref probe);

        other.Outcome.ShouldBe(Admission.Granted);
    }
}
