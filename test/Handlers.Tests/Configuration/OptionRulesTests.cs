using System.Globalization;

using Handlers.Providers;

namespace Handlers.Tests.Configuration;

public class OptionRulesTests
{
    private static readonly Provider[] BuiltIn = [new GitHubProvider(), new AttioProvider(), new OpenAIProvider(), new GeminiProvider()];

    [Theory]
    [InlineData("github", "serach", "did you mean \"search\"?")]
    [InlineData("attio", "list", "its quotas are read, write.")]
    [InlineData("openai", "gpt-5/token", "did you mean \"gpt-5/tokens\"?")]
    [InlineData("openai", "tokens", "{name}/tokens")]
    public void A_group_that_means_no_call_is_an_error(string client, string group, string cure)
    {
        string error = Layers.For(client, ($"ResilienceHandlers:Clients:{client}:Pacing:Groups:{group}:Limits", "5/minute")).With(BuiltIn).Error();

        error.ShouldStartWith($"ResilienceHandlers:Clients:{client}:Pacing:Groups:{group} means no call: provider {client} has no quota of that name, ");
        error.ShouldContain(cure);
    }

    [Theory]
    [InlineData("github", "Search", null)]
    [InlineData("github", "mine", "GET /search/*")]
    [InlineData("openai", "gpt-5/tokens", null)]
    [InlineData("gemini", "gemini-2.5-flash", null)]
    [InlineData("by-host", "anything", null)]
    public void One_that_means_some_is_none(string client, string group, string? match)
    {
        List<(string, string?)> settings = [($"ResilienceHandlers:Clients:{client}:Pacing:Groups:{group}:Limits", "5/minute")];
        if (match is not null)
        {
            settings.Add(($"ResilienceHandlers:Clients:{client}:Pacing:Groups:{group}:Match", match));
        }

        ClientLayers layers = Layers.For(client, [.. settings]).With(BuiltIn);

        layers.Options().Pacing.Groups.ShouldContainKey(group);
    }

    [Fact]
    public void In_the_defaults_a_group_may_wait_for_the_clients_that_it_concerns()
    {
        Layers.For("attio", ("ResilienceHandlers:Defaults:Pacing:Groups:search:Limits", "5/minute")).With(BuiltIn).Options();
    }

    [Fact]
    public void A_group_of_all_calls_is_none()
    {
        Layers.For("github", ("ResilienceHandlers:Clients:github:Pacing:Groups:*:Limits", "5/minute")).With(BuiltIn).Error().ShouldContain("Pacing:Limits");
    }

    [Fact]
    public void An_attempt_longer_than_the_total_is_cut_to_it()
    {
        ResilienceHandlersOptions options = Layers.For("x", ("ResilienceHandlers:Clients:x:TotalTimeout", "00:00:10")).Options();

        options.AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void An_attempt_longer_than_the_total_of_another_layer_is_cut_to_it()
    {
        ClientLayers layers = Layers.For(
            "x",
            ("ResilienceHandlers:Defaults:TotalTimeout", "00:00:10"),
            ("ResilienceHandlers:Clients:x:AttemptTimeout", "00:00:20"));

        layers.Options().AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void An_attempt_longer_than_the_total_of_the_same_layer_is_an_error()
    {
        string error = Layers.For(
            "x",
            ("ResilienceHandlers:Clients:x:TotalTimeout", "00:00:10"),
            ("ResilienceHandlers:Clients:x:AttemptTimeout", "00:00:20")).Error();

        error.ShouldBe("ResilienceHandlers:Clients:x:AttemptTimeout = \"00:00:20\" is longer than TotalTimeout = \"00:00:10\"; "
            + "shorten the attempt or lengthen the total.");
    }

    [Fact]
    public void Code_that_sets_both_is_a_layer_like_any_other()
    {
        string error = Layers.For("x").With(options =>
        {
            options.TotalTimeout = TimeSpan.FromSeconds(10);
            options.AttemptTimeout = TimeSpan.FromSeconds(20);
        }).Error();

        error.ShouldStartWith("AddResilienceHandlers(\"x\", …) code: AttemptTimeout = \"00:00:20\" is longer than TotalTimeout");
    }

    [Fact]
    public void An_attempt_without_a_limit_is_bounded_by_the_total()
    {
        ResilienceHandlersOptions options = Layers.For(
            "x",
            ("ResilienceHandlers:Clients:x:TotalTimeout", "00:00:10"),
            ("ResilienceHandlers:Clients:x:AttemptTimeout", "none")).Options();

        options.AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_contradiction_that_a_stronger_layer_resolves_is_none()
    {
        ClientLayers layers = Layers.For(
            "x",
            ("ResilienceHandlers:Clients:x:TotalTimeout", "00:00:10"),
            ("ResilienceHandlers:Clients:x:AttemptTimeout", "00:00:20")).With(options => options.TotalTimeout = TimeSpan.FromMinutes(1));

        layers.Options().AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Theory]
    [InlineData("Retry:BaseDelay", "00:00:45", "00:00:45", "00:00:45")]
    [InlineData("Retry:MaxDelay", "00:00:00.2", "00:00:00.2", "00:00:00.2")]
    public void The_weaker_of_base_and_greatest_delay_gives_way(string set, string value, string baseDelay, string maxDelay)
    {
        ResilienceHandlersOptions options = Layers.For("x", ($"ResilienceHandlers:Clients:x:{set}", value)).Options();

        options.Retry.BaseDelay.ShouldBe(TimeSpan.Parse(baseDelay, CultureInfo.InvariantCulture));
        options.Retry.MaxDelay.ShouldBe(TimeSpan.Parse(maxDelay, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("Retry:BaseDelay", "00:00:40", "Retry:MaxDelay", "00:00:20")]
    [InlineData("Retry:BaseDelay", "00:00:20", "TotalTimeout", "00:00:20")]
    [InlineData("Retry:BudgetRatio", "0", "Retry:BudgetMinimum", "0")]
    [InlineData("Retry:Multiplier", "3", "Retry:Backoff", "Constant")]
    [InlineData("Retry:WaitOutOn", "circuit-open", "Retry:WaitForCircuit", "false")]
    [InlineData("CircuitBreaker:BreakDuration", "00:10:00", "CircuitBreaker:MaxBreakDuration", "00:05:00")]
    [InlineData("CircuitBreaker:FailureThreshold", "5", "CircuitBreaker:FailureRatio", "0.5")]
    public void Two_values_of_one_layer_that_contradict_each_other_are_an_error(string one, string first, string other, string second)
    {
        string error = Layers.For("x", ($"ResilienceHandlers:Clients:x:{one}", first), ($"ResilienceHandlers:Clients:x:{other}", second)).Error();

        error.ShouldStartWith($"ResilienceHandlers:Clients:x:{one} = \"{first}\" ");
        error.ShouldContain($" {other} = \"{second}\"; ");
    }

    [Theory]
    [InlineData("AttemptTimeout", "00:00:20", "TotalTimeout", "00:00:20")]
    [InlineData("AttemptTimeout", "00:00:20", "TotalTimeout", "none")]
    [InlineData("Retry:BaseDelay", "00:00:20", "Retry:MaxDelay", "00:00:20")]
    [InlineData("CircuitBreaker:BreakDuration", "00:05:00", "CircuitBreaker:MaxBreakDuration", "00:05:00")]
    public void Two_values_that_just_fit_both_hold(string one, string first, string other, string second)
    {
        Composition composed = OptionsComposer.Compose(
            Layers.For("x", ($"ResilienceHandlers:Clients:x:{one}", first), ($"ResilienceHandlers:Clients:x:{other}", second)));

        composed.Errors.ShouldBeEmpty();
        Text(composed, one).ShouldBe(first);
        Text(composed, other).ShouldBe(second);
    }

    [Theory]
    [InlineData("Retry:MaxRetries", "0")]
    [InlineData("Retry:Enabled", "false")]
    public void A_delay_for_which_there_is_no_time_matters_only_where_there_are_retries(string option, string value) =>
        OptionsComposer.Compose(Layers.For(
            "x", ("ResilienceHandlers:Clients:x:Retry:BaseDelay", "00:00:20"), ("ResilienceHandlers:Clients:x:TotalTimeout", "00:00:20"), ($"ResilienceHandlers:Clients:x:{option}", value)))
            .Errors.ShouldBeEmpty();

    [Theory]
    [InlineData("CircuitBreaker:MinimumThroughput", "50", "CircuitBreaker:FailureRatio = \"none\"")]
    [InlineData("CircuitBreaker:SamplingDuration", "00:00:10", "CircuitBreaker:FailureRatio = \"none\"")]
    [InlineData("Pacing:ReservePercent", "30", "Pacing:Mode = \"FinishSoonest\"")]
    public void What_has_no_effect_is_an_error_where_it_is_said_about_one_client(string path, string value, string because)
    {
        Layers.For("x", ($"ResilienceHandlers:Clients:x:{path}", value)).Error()
            .ShouldStartWith($"ResilienceHandlers:Clients:x:{path} = \"{value}\" has no effect with {because}; ");
        OptionsComposer.Compose(Layers.For("x", ($"ResilienceHandlers:Defaults:{path}", value))).Errors.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("CircuitBreaker:BreakDuration", "00:10:00", "00:10:00", "00:10:00")]
    [InlineData("CircuitBreaker:MaxBreakDuration", "00:00:05", "00:00:05", "00:00:05")]
    public void The_weaker_of_break_and_greatest_break_gives_way(string set, string value, string breakDuration, string maxBreakDuration)
    {
        CircuitBreakerOptions options = Layers.For("x", ($"ResilienceHandlers:Clients:x:{set}", value)).Options().CircuitBreaker;

        options.BreakDuration.ShouldBe(TimeSpan.Parse(breakDuration, CultureInfo.InvariantCulture));
        options.MaxBreakDuration.ShouldBe(TimeSpan.Parse(maxBreakDuration, CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("00:03:00", null, "00:03:00")]
    [InlineData("00:00:10", null, "00:01:00")]
    [InlineData("none", null, "00:01:40")]
    [InlineData("00:01:30", "00:00:20", "00:00:20")]
    public void A_probe_outlasts_its_attempt_unless_the_user_says_otherwise(string attempt, string? probe, string expected)
    {
        ClientLayers layers = Layers.For(
            "x",
            ("ResilienceHandlers:Defaults:TotalTimeout", attempt == "none" ? "00:01:40" : "00:10:00"),
            ("ResilienceHandlers:Clients:x:AttemptTimeout", attempt),
            (probe is null ? "Unrelated" : "ResilienceHandlers:Clients:x:CircuitBreaker:ProbeTimeout", probe));

        layers.Options().CircuitBreaker.ProbeTimeout.ShouldBe(TimeSpan.Parse(expected, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Waiting_for_the_circuit_can_be_switched_off_by_a_stronger_layer()
    {
        ClientLayers layers = Layers.For(
            "x",
            ("ResilienceHandlers:Defaults:Retry:WaitForCircuit", "true"),
            ("ResilienceHandlers:Defaults:Retry:WaitOutOn", "429, circuit-open"),
            ("ResilienceHandlers:Clients:x:Retry:WaitForCircuit", "false"));

        layers.Options().Retry.WaitForCircuit.ShouldBeFalse();
    }

    [Fact]
    public void More_groups_than_a_call_can_be_told_apart_by_are_an_error()
    {
        (string Key, string? Value)[] groups =
        [
            .. Enumerable.Range(0, 65).Select(i => ($"ResilienceHandlers:Clients:x:Pacing:Groups:g{i}:Match", (string?)$"GET /{i}")),
        ];

        Layers.For("x", groups[..64]).Options().Pacing.Groups.Count.ShouldBe(64);
        Layers.For("x", groups).Error().ShouldStartWith("ResilienceHandlers:Clients:x:Pacing:Groups brings the groups to 65, and the most are 64; ");
    }

    private static string Text(Composition composed, string path)
    {
        OptionSchema.TryFind(path, out Option? option).ShouldBeTrue();
        return option!.Format(composed.Options);
    }
}
