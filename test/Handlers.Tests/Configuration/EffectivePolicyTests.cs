namespace Handlers.Tests.Configuration;

public class EffectivePolicyTests
{
    [Fact]
    public void Names_the_important_numbers_and_all_that_differs_with_its_origin()
    {
        ClientLayers layers = Layers.For(
            "github",
            ("ResilienceHandlers:Defaults:BodyIdleTimeout", "00:00:20"),
            ("ResilienceHandlers:Clients:github:Workload", "HighTraffic"),
            ("ResilienceHandlers:Clients:github:Pacing:Mode", "Reserve"),
            ("ResilienceHandlers:Clients:github:Pacing:Limits", "5000/hour, 100/minute"),
            ("ResilienceHandlers:Clients:github:Pacing:Groups:search:MinInterval", "00:00:02"))
            .With(new ProfileOnly("github", options => options.Pacing.MaxConcurrency = 50))
            .With(options => options.Retry.Jitter = 0);

        string policy = EffectivePolicy.Describe(OptionsComposer.Compose(layers));

        policy.ShouldBe(
            "provider github, workload HighTraffic, TotalTimeout 00:00:30 (workload), AttemptTimeout 00:00:30, BodyIdleTimeout 00:00:20 (Defaults), "
            + "Retry:MaxRetries 1 (workload), Retry:BaseDelay 00:00:00.5 (workload), Retry:MaxDelay 00:00:05 (workload), Retry:Jitter 0 (code), "
            + "CircuitBreaker:FailureThreshold 10, CircuitBreaker:BreakDuration 00:00:30, "
            + "Pacing:Limits \"5000/hour, 100/minute\" (client), Pacing:MaxConcurrency 50 (provider), Pacing:Mode Reserve (client), "
            + "Pacing:Groups:search:MinInterval 00:00:02 (client)");
    }

    [Fact]
    public void A_change_names_what_was_and_what_is()
    {
        Composition old = OptionsComposer.Compose(Layers.For("x", ("ResilienceHandlers:Clients:x:Pacing:Groups:a:Limits", "1/second")));
        Composition edited = OptionsComposer.Compose(
            Layers.For("x", ("ResilienceHandlers:Clients:x:Provider", "acme"), ("ResilienceHandlers:Clients:x:Retry:ReplaySafe", "POST /a/b"))
            .With(new ProfileOnly("acme")));

        EffectivePolicy.DescribeChange(old, edited).ShouldBe(
            "provider by host -> acme, Provider none -> acme, Retry:ReplaySafe \"\" -> \"POST /a/b\", Pacing:Groups:a:Limits 1/second -> none");
    }
}
