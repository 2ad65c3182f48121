using Microsoft.Extensions.Configuration;

namespace Handlers.Tests.Configuration;

public class OptionsComposerTests
{
    [Fact]
    public void A_group_that_code_sets_to_null_is_a_mistake_with_its_path() =>
        Layers.For("api").With(options => options.Pacing.Groups["search"] = null!).Error()
            .ShouldBe("AddResilienceHandlers(\"api\", …) code: Pacing:Groups:search is null; set the group to a new PacingGroupOptions, or remove it.");

    [Fact]
    public void Stronger_layers_win_from_the_generic_defaults_to_code()
    {
        var provider = new ProfileOnly("acme", options =>
        {
            options.TotalTimeout = TimeSpan.FromMinutes(10);
            options.AttemptTimeout = TimeSpan.FromSeconds(11);
            options.BodyIdleTimeout = TimeSpan.FromSeconds(11);
            options.Retry.MaxRetries = 11;
            options.Retry.BaseDelay = TimeSpan.FromSeconds(11);
            options.Pacing.MaxQueue = 11;
        });
        ClientLayers layers = Layers.For(
            "acme",
            ("ResilienceHandlers:Defaults:AttemptTimeout", "00:00:12"),
            ("ResilienceHandlers:Defaults:Retry:MaxRetries", "12"),
            ("ResilienceHandlers:Defaults:Retry:BaseDelay", "00:00:12"),
            ("ResilienceHandlers:Defaults:Pacing:MaxQueue", "12"),
            ("ResilienceHandlers:Clients:acme:Workload", "Critical"),
            ("ResilienceHandlers:Clients:acme:Retry:BaseDelay", "00:00:13"),
            ("ResilienceHandlers:Clients:acme:Pacing:MaxQueue", "13"))
            .With(provider)
            .With(options => options.Pacing.MaxQueue = 14);

        ResilienceHandlersOptions options = layers.Options();

        options.RateLimits.MaxServerWait.ShouldBe(TimeSpan.FromSeconds(3660), "generic");
        options.BodyIdleTimeout.ShouldBe(TimeSpan.FromSeconds(11), "provider");
        options.AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(12), "Defaults");
        options.Retry.MaxRetries.ShouldBe(4, "workload");
        options.TotalTimeout.ShouldBe(TimeSpan.FromMinutes(5), "workload");
        options.Retry.BaseDelay.ShouldBe(TimeSpan.FromSeconds(13), "client");
        options.Pacing.MaxQueue.ShouldBe(14, "code");
    }

    [Theory]
    [Trait("Requirement", "E6")]
    [InlineData(Workload.HighTraffic, "00:00:30", 1, "00:00:00.5", "00:00:05", false, true)]
    [InlineData(Workload.Critical, "00:05:00", 4, "00:00:02", "00:00:30", true, true)]
    [InlineData(Workload.Background, "none", 9, "00:00:05", "00:01:00", true, false)]
    public void A_workload_sets_its_preset(Workload workload, string total, int retries, string baseDelay, string maxDelay, bool waits, bool refusalsUseRetries)
    {
        ResilienceHandlersOptions options = Layers.For("x", ("ResilienceHandlers:Clients:x:Workload", workload.ToString())).Options();

        options.Workload.ShouldBe(workload);
        Format(options, "TotalTimeout").ShouldBe(total);
        options.Retry.MaxRetries.ShouldBe(retries);
        Format(options, "Retry:BaseDelay").ShouldBe(baseDelay);
        Format(options, "Retry:MaxDelay").ShouldBe(maxDelay);
        options.Retry.WaitForCircuit.ShouldBe(waits);
        options.Retry.RefusalsUseRetries.ShouldBe(refusalsUseRetries);
    }

    [Fact]
    [Trait("Requirement", "E7")]
    public void Each_client_has_timeouts_of_its_own()
    {
        var llm = new ProfileOnly("openai", options =>
        {
            options.TotalTimeout = TimeSpan.FromMinutes(10);
            options.AttemptTimeout = TimeSpan.FromSeconds(180);
        });

        ResilienceHandlersOptions openai = Layers.For("openai").With(llm).Options();
        ResilienceHandlersOptions actions = Layers.For("actions", ("ResilienceHandlers:Clients:actions:AttemptTimeout", "00:00:30")).With(llm).Options();

        openai.AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(180));
        actions.AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(30));
    }

    [Fact]
    [Trait("Requirement", "B9")]
    public void Environment_variables_reach_every_option()
    {
        const string Prefix = "HandlersTest";
        (string Name, string Value)[] variables =
        [
            ("ResilienceHandlers__Clients__openai__Retry__MaxRetries", "5"),
            ("RESILIENCEHANDLERS__CLIENTS__OPENAI__PACING__GROUPS__CHAT__MININTERVAL", "00:00:00.1"),
            ("ResilienceHandlers__Defaults__AttemptTimeout", "00:00:10"),
        ];
        Array.ForEach(variables, variable => Environment.SetEnvironmentVariable(Prefix + variable.Name, variable.Value));
        IConfigurationRoot root;
        try
        {
            root = new ConfigurationBuilder().AddEnvironmentVariables(Prefix).Build();
        }
        finally
        {
            Array.ForEach(variables, variable => Environment.SetEnvironmentVariable(Prefix + variable.Name, null));
        }

        ResilienceHandlersOptions options = Layers.For("openai", root.GetSection("ResilienceHandlers")).Options();

        options.Retry.MaxRetries.ShouldBe(5);
        options.AttemptTimeout.ShouldBe(TimeSpan.FromSeconds(10));
        options.Pacing.Groups["chat"].MinInterval.ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void An_explicit_section_stands_in_place_of_the_clients_own()
    {
        var elsewhere = new EditableConfiguration(("My:Api:Retry:MaxRetries", "7"));
        ClientLayers layers = Layers.For(
            "x",
            ("ResilienceHandlers:Defaults:Pacing:MaxQueue", "5"),
            ("ResilienceHandlers:Clients:x:Retry:MaxRetries", "1"),
            ("ResilienceHandlers:Clients:x:TotalTimeout", "00:00:20"));

        ResilienceHandlersOptions options = (layers with { Section = elsewhere.Root.GetSection("My:Api") }).Options();

        options.Retry.MaxRetries.ShouldBe(7);
        options.Pacing.MaxQueue.ShouldBe(5);
        options.TotalTimeout.ShouldBe(TimeSpan.FromSeconds(100));
    }

    [Theory]
    [InlineData("", "The whole configuration was given", "GetSection(\"ResilienceHandlers:Clients:x\")")]
    [InlineData("ResilienceHandlers", "ResilienceHandlers was given", "GetSection(\"ResilienceHandlers:Clients:x\")")]
    [InlineData("ResilienceHandlers:Clients", "ResilienceHandlers:Clients was given", "GetSection(\"ResilienceHandlers:Clients:x\")")]
    [InlineData("Outbound", "Outbound was given", "GetSection(\"Outbound:Clients:x\")")]
    public void A_section_that_stands_above_the_clients_is_one_mistake_that_names_the_right_one_and_no_value(string given, string mistake, string cure)
    {
        IConfigurationRoot root = new EditableConfiguration(
            ("DATABASE_URL", "postgres://user:hunter2@db"),
            ("Outbound:Clients:x:Retry:MaxRetries", "4"),
            ("ResilienceHandlers:Clients:x:Retry:MaxRetries", "5")).Root;
        ClientLayers layers = Layers.For("x", root.GetSection("ResilienceHandlers")) with { Container = root, Section = given.Length == 0 ? root : root.GetSection(given) };

        string error = layers.Error();

        error.ShouldStartWith(mistake);
        error.ShouldContain(cure);
        error.ShouldNotContain("hunter2");
    }

    [Fact]
    public void An_empty_explicit_section_is_an_error()
    {
        var elsewhere = new EditableConfiguration(("My:Api:Retry:MaxRetries", "7"));

        string error = (Layers.For("x") with { Section = elsewhere.Root.GetSection("My:Apy") }).Error();

        error.ShouldStartWith("My:Apy, the section given to AddResilienceHandlers(\"x\", …), is empty");
    }

    [Fact]
    public void Works_without_configuration()
    {
        var layers = new ClientLayers { Client = "x", FindProvider = static _ => null };

        OptionSchema.AreEqual(layers.Options(), new ResilienceHandlersOptions()).ShouldBeTrue();
    }

    [Fact]
    public void A_list_replaces_a_weaker_layers_list_whole()
    {
        var provider = new ProfileOnly("acme", options =>
        {
            options.Pacing.Limits = "5000/hour, 100/minute";
            options.Pacing.Groups["search"] = new() { Match = "GET /search/*", Limits = "30/minute", MinInterval = TimeSpan.FromSeconds(2) };
        });
        ClientLayers layers = Layers.For(
            "acme",
            ("ResilienceHandlers:Clients:acme:Pacing:Limits", "10/second"),
            ("ResilienceHandlers:Clients:acme:Pacing:Groups:Search:Limits", "9/minute")).With(provider);

        PacingOptions pacing = layers.Options().Pacing;

        pacing.Limits.ShouldBe("10/second");
        PacingGroupOptions search = pacing.Groups.ShouldHaveSingleItem().Value;
        search.Limits.ShouldBe("9/minute");
        search.Match.ShouldBe("GET /search/*");
        search.MinInterval.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public void None_removes_what_a_weaker_layer_set()
    {
        var provider = new ProfileOnly("acme", options =>
        {
            options.Pacing.Limits = "5000/hour";
            options.Pacing.MinInterval = TimeSpan.FromSeconds(1);
            options.Pacing.MaxConcurrency = 5;
            options.Pacing.MaxWait = TimeSpan.FromSeconds(1);
        });
        ClientLayers layers = Layers.For(
            "acme",
            ("ResilienceHandlers:Clients:acme:TotalTimeout", "None"),
            ("ResilienceHandlers:Clients:acme:Pacing:Limits", "none"),
            ("ResilienceHandlers:Clients:acme:Pacing:MinInterval", "none"),
            ("ResilienceHandlers:Clients:acme:Pacing:MaxConcurrency", "none"),
            ("ResilienceHandlers:Clients:acme:Pacing:MaxWait", "infinite")).With(provider);

        ResilienceHandlersOptions options = layers.Options();

        options.TotalTimeout.ShouldBe(Timeout.InfiniteTimeSpan);
        options.Pacing.Limits.ShouldBe("none", "null would mean the provider's");
        options.Pacing.MinInterval.ShouldBeNull();
        options.Pacing.MaxConcurrency.ShouldBeNull();
        options.Pacing.MaxWait.ShouldBeNull();
    }

    [Fact]
    public void The_provider_comes_from_the_strongest_layer_that_names_it()
    {
        ProfileOnly[] providers =
        [
            new("one", options => options.Retry.MaxRetries = 1),
            new("two", options => options.Retry.MaxRetries = 2),
            new("three", options => options.Retry.MaxRetries = 30),
        ];
        ClientLayers layers = Layers.For(
            "one",
            ("ResilienceHandlers:Defaults:Provider", "two"),
            ("ResilienceHandlers:Clients:one:Provider", "THREE")).With(providers);

        Composition composition = OptionsComposer.Compose(layers);

        composition.Errors.ShouldBeEmpty();
        composition.Provider.ShouldBeSameAs(providers[2]);
        composition.Options.Retry.MaxRetries.ShouldBe(30);
    }

    [Fact]
    public void The_provider_is_the_one_of_the_clients_name_unless_one_is_named()
    {
        var github = new ProfileOnly("github");

        OptionsComposer.Compose(Layers.For("GitHub").With(github)).Provider.ShouldBeSameAs(github);
        OptionsComposer.Compose(Layers.For("other").With(github)).Provider.ShouldBeNull("the host of each request decides");
    }

    [Fact]
    public void Code_can_name_provider_and_workload_and_still_wins_over_both()
    {
        var acme = new ProfileOnly("acme", options => options.Pacing.MaxQueue = 11);
        ClientLayers layers = Layers.For("x", ("ResilienceHandlers:Clients:x:Workload", "Critical")).With(acme).With(options =>
        {
            options.Provider = "acme";
            options.Workload = Workload.Background;
            options.Retry.MaxDelay = TimeSpan.FromSeconds(20);
        });

        Composition composition = OptionsComposer.Compose(layers);

        composition.Errors.ShouldBeEmpty();
        composition.Provider.ShouldBeSameAs(acme);
        composition.Options.Pacing.MaxQueue.ShouldBe(11);
        composition.Options.Retry.MaxRetries.ShouldBe(9);
        composition.Options.Retry.MaxDelay.ShouldBe(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public void Code_sees_what_the_weaker_layers_made()
    {
        ClientLayers layers = Layers.For("x", ("ResilienceHandlers:Clients:x:Retry:MaxRetries", "5"))
            .With(options => options.Retry.MaxRetries *= 2, options => options.Retry.MaxRetries += 1);

        layers.Options().Retry.MaxRetries.ShouldBe(11);
    }

    [Fact]
    [Trait("Requirement", "A5")]
    public void An_open_circuit_listed_among_what_is_waited_out_is_waited_for()
    {
        ResilienceHandlersOptions options = Layers.For("x", ("ResilienceHandlers:Clients:x:Retry:WaitOutOn", "429, 503, circuit-open")).Options();

        options.Retry.WaitForCircuit.ShouldBeTrue();
    }

    [Fact]
    public void The_clients_of_the_documentation_compose_without_errors()
    {
        using var json = new MemoryStream("""
            { "ResilienceHandlers": {
                "Clients": {
                  "github":    { "Pacing": { "Limits": "5000/hour", "MaxConcurrency": 50,
                                             "Groups": { "search": { "Match": "GET /search/*", "MinInterval": "00:00:02" } } } },
                  "instantly": { "Pacing": { "Limits": "10/second" } },
                  "openai":    { "Pacing": { "MinInterval": "00:00:00.100" },
                                 "Retry": { "MaxRetries": 5, "BaseDelay": "00:00:01", "MaxDelay": "00:01:00", "Multiplier": 2, "Jitter": 0.2 } },
                  "gemini":    { "Retry": { "MaxRetries": 3, "BaseDelay": "00:00:05", "MaxDelay": "00:01:00" } },
                  "linear":    { "CircuitBreaker": { "FailureThreshold": 5, "BreakDuration": "00:01:00", "HalfOpenMaxCalls": 3, "SuccessThreshold": 2 } },
                  "attio":     { "Workload": "Background" } } } }
            """u8.ToArray());
        IConfigurationSection root = new ConfigurationBuilder().AddJsonStream(json).Build().GetSection("ResilienceHandlers");

        foreach (string client in new[] { "github", "instantly", "openai", "gemini", "linear", "attio" })
        {
            OptionsComposer.Compose(Layers.For(client, root)).Errors.ShouldBeEmpty(client);
        }

        Layers.For("openai", root).Options().Pacing.MinInterval.ShouldBe(TimeSpan.FromMilliseconds(100));
    }

    private static string Format(ResilienceHandlersOptions options, string path)
    {
        OptionSchema.TryFind(path, out Option? option).ShouldBeTrue();
        return option!.Format(options);
    }
}
