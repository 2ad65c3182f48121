using Microsoft.Extensions.Configuration;

namespace Handlers.Tests.Configuration;

/// <summary>Each kind of mistake gives path, value and cure.</summary>
public class BadConfigurationTests
{
    [Theory]
    [InlineData("Retry:MaxRetries", "lots", "is not a whole number from 0 to 100")]
    [InlineData("Retry:MaxRetries", "101", "the most is \"100\"")]
    [InlineData("Retry:MaxRetries", "-1", "the least is \"0\"")]
    [InlineData("Retry:MaxRetries", "3.5", "write digits alone")]
    [InlineData("Retry:MaxRetries", "99999999999", "write digits alone")]
    [InlineData("Retry:BudgetMinimum", "1,000", "write \"1000\"")]
    [InlineData("Retry:Jitter", "20%", "write \"0.2\"")]
    [InlineData("Retry:Jitter", "0,2", "write \"0.2\"")]
    [InlineData("Retry:Jitter", "NaN", "is not a number from 0 to 1")]
    [InlineData("Retry:Jitter", "20", "the most is \"1\"")]
    [InlineData("Pacing:MarginPercent", "15 %", "write \"15\"")]
    [InlineData("Pacing:MaxQueueBytes", "64 MB", "write \"67108864\"")]
    [InlineData("Retry:MaxBufferedBody", "512KiB", "write \"524288\"")]
    [InlineData("TotalTimeout", "30", "for 30 seconds write \"00:00:30\"")]
    [InlineData("TotalTimeout", "1.5", "for 1.5 seconds write \"00:00:01.5\"")]
    [InlineData("TotalTimeout", "90s", "write \"00:01:30\"")]
    [InlineData("TotalTimeout", "500 ms", "write \"00:00:00.5\"")]
    [InlineData("TotalTimeout", "5min", "write \"00:05:00\"")]
    [InlineData("TotalTimeout", "2 days", "write \"2.00:00:00\"")]
    [InlineData("TotalTimeout", "1:30", "write \"00:01:30\" for minutes and seconds")]
    [InlineData("TotalTimeout", "48:00:00", "write \"2.00:00:00\"")]
    [InlineData("TotalTimeout", "-00:00:30", "30 seconds are \"00:00:30\"")]
    [InlineData("TotalTimeout", "PT30S", "30 seconds are \"00:00:30\"")]
    [InlineData("TotalTimeout", "00:00:00", "the least is \"00:00:00.01\"")]
    [InlineData("TotalTimeout", "32.00:00:00", "the most is \"31.00:00:00\", or write \"none\"")]
    [InlineData("Retry:BaseDelay", "none", "is not a duration")]
    [InlineData("Pacing:MaxWait", "10", "for 10 seconds write \"00:00:10\"")]
    [InlineData("Pacing:MaxConcurrency", "0", "the least is \"1\"")]
    [InlineData("Pacing:Groups:search:MinInterval", "2", "for 2 seconds write \"00:00:02\"")]
    [InlineData("Enabled", "yes", "write \"true\"")]
    [InlineData("Retry:Enabled", "0", "write \"false\"")]
    [InlineData("Retry:Enabled", "maybe", "write \"true\" or \"false\"")]
    [InlineData("Retry:Backoff", "constnt", "did you mean \"Constant\"?")]
    [InlineData("Rejections", "1", "is not one of Exception, Response")]
    [InlineData("Pacing:Mode", "Smoth", "did you mean \"Smooth\"?")]
    [InlineData("Pacing:ReservePercent", "0", "the least is \"1\"")]
    [InlineData("Pacing:ReservePercent", "95", "the most is \"90\"")]
    [InlineData("Workload", "Batch", "is not one of Standard, HighTraffic, Critical, Background")]
    [InlineData("Account", " ", "remove the key")]
    [InlineData("Pacing:Limits", "", "remove the key")]
    [InlineData("Retry:RetryOn", "5xx, conection", "did you mean \"connection\"?")]
    [InlineData("Retry:RetryOn", "connection, circuit-open", "move \"circuit-open\" to Retry:WaitOutOn")]
    [InlineData("Retry:RetryOn", "200", "\"200\" is no status code from 400 to 599")]
    [InlineData("Retry:WaitOutOn", "429, timeout", "move the others to Retry:RetryOn")]
    [InlineData("Pacing:Limits", "5000/fortnight", "'fortnight' is no period; use second, minute, hour or day")]
    [InlineData("Pacing:Limits", "5,000/hour", "it has no '/<period>'")]
    [InlineData("Pacing:Groups:search:Limits", "30 apples/minute", "'apples' is no unit; use requests, tokens, points or bytes")]
    [InlineData("Pacing:Groups:search:Match", "/search", "Write METHOD /path/*")]
    [InlineData("Retry:ReplaySafe", "POST search", "Write METHOD /path/*")]
    [InlineData("StreamTypes", "jsonl", "write type/subtype")]
    public void A_bad_value_is_named_with_path_value_and_cure(string path, string value, string cure)
    {
        string error = Layers.For("github", ($"ResilienceHandlers:Clients:github:{path}", value)).Error();

        error.ShouldStartWith($"ResilienceHandlers:Clients:github:{path} = \"{value}\" is not ");
        error.ShouldContain(cure);
    }

    [Theory]
    [InlineData("Retry:MaxRetrys", "did you mean \"MaxRetries\"?")]
    [InlineData("Retry:max_retries", "did you mean \"MaxRetries\"?")]
    [InlineData("MaxRetries", "did you mean \"Retry:MaxRetries\"?")]
    [InlineData("MaxRetrys", "did you mean \"Retry:MaxRetries\"?")]
    [InlineData("Timeout", "use one of Provider, Account")]
    [InlineData("TotalTimout", "did you mean \"TotalTimeout\"?")]
    [InlineData("Pacing:Groups:search:Limit", "did you mean \"Limits\"?")]
    [InlineData("Retry:Colour", "remove it, or use one of Enabled, MaxRetries")]
    [InlineData("Retries", "did you mean \"Retry\"?")]
    public void An_unknown_key_is_an_error_with_a_suggestion(string path, string cure)
    {
        string error = Layers.For("github", ($"ResilienceHandlers:Clients:github:{path}", "5")).Error();

        error.ShouldStartWith($"ResilienceHandlers:Clients:github:{path} ");
        error.ShouldContain("\"5\"");
        error.ShouldContain(cure);
    }

    [Theory]
    [InlineData("ApiKey", "abc123")]
    [InlineData("Key", "sk-abc123")]
    [InlineData("Header", "Bearer abc123")]
    public void The_value_of_an_unknown_key_that_may_be_a_secret_is_hidden(string key, string value)
    {
        string error = Layers.For("github", ($"ResilienceHandlers:Clients:github:{key}", value)).Error();

        error.ShouldNotContain("abc123");
        error.ShouldContain("(hidden)");
    }

    [Fact]
    public void A_list_where_one_string_belongs_shows_the_string()
    {
        string error = Layers.For(
            "x",
            ("ResilienceHandlers:Clients:x:Retry:RetryOn:0", "connection"),
            ("ResilienceHandlers:Clients:x:Retry:RetryOn:1", "5xx")).Error();

        error.ShouldBe("ResilienceHandlers:Clients:x:Retry:RetryOn is a list; write one string: \"connection, 5xx\".");
    }

    [Fact]
    public void A_section_where_a_value_belongs_is_an_error()
    {
        string error = Layers.For("x", ("ResilienceHandlers:Clients:x:Pacing:Limits:Hourly", "5000")).Error();

        error.ShouldStartWith("ResilienceHandlers:Clients:x:Pacing:Limits is a value, not a section; write a list of limits");
    }

    [Fact]
    public void A_list_where_a_map_belongs_is_an_error()
    {
        string error = Layers.For("x", ("ResilienceHandlers:Clients:x:Pacing:Groups:0:Limits", "1/second")).Error();

        error.ShouldStartWith("ResilienceHandlers:Clients:x:Pacing:Groups:0 is an entry of a list");
    }

    [Fact]
    public void A_value_where_a_section_belongs_is_an_error()
    {
        string error = Layers.For("x", ("ResilienceHandlers:Defaults:Retry", "5")).Error();

        error.ShouldStartWith("ResilienceHandlers:Defaults:Retry = \"5\" is a section, not a value; put one of Enabled, MaxRetries");
    }

    [Theory]
    [InlineData("ResilienceHandlers:Defaults")]
    [InlineData("ResilienceHandlers:Clients:x")]
    public void A_value_in_place_of_a_layer_is_an_error(string path) =>
        Layers.For("x", (path, "off")).Error().ShouldStartWith($"{path} = \"off\" is a section, not a value; put one of Provider, Account");

    [Fact]
    public void Null_is_an_error_where_a_value_belongs()
    {
        using var json = new MemoryStream("""{ "ResilienceHandlers": { "Clients": { "x": { "Retry": { "MaxRetries": null } } } } }"""u8.ToArray());
        IConfigurationRoot root = new ConfigurationBuilder().AddJsonStream(json).Build();

        string error = Layers.For("x", root.GetSection("ResilienceHandlers")).Error();

        error.ShouldStartWith("ResilienceHandlers:Clients:x:Retry:MaxRetries is null; remove the key");
    }

    [Fact]
    public void Empty_sections_say_nothing()
    {
        using var json = new MemoryStream("""
            { "ResilienceHandlers": { "Defaults": {}, "Clients": { "x": { "Retry": {}, "Pacing": { "Groups": {} } } } } }
            """u8.ToArray());
        IConfigurationRoot root = new ConfigurationBuilder().AddJsonStream(json).Build();

        OptionSchema.AreEqual(Layers.For("x", root.GetSection("ResilienceHandlers")).Options(), new ResilienceHandlersOptions()).ShouldBeTrue();
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        Composition composition = OptionsComposer.Compose(Layers.For(
            "x",
            ("ResilienceHandlers:Defaults:TotalTimeout", "soon"),
            ("ResilienceHandlers:Clients:x:Retry:MaxRetries", "many"),
            ("ResilienceHandlers:Clients:x:Retry:Jitter", "2"),
            ("ResilienceHandlers:Clients:x:Provider", "githab")).With(new ProfileOnly("github")).With(options => options.Pacing.MaxQueue = -1));

        composition.Errors.Length.ShouldBe(5);
    }

    [Fact]
    public void An_unknown_provider_names_the_known_ones()
    {
        string error = Layers.For("x", ("ResilienceHandlers:Clients:x:Provider", "githab")).With(new ProfileOnly("github"), new ProfileOnly("openai")).Error();

        error.ShouldBe("ResilienceHandlers:Clients:x:Provider = \"githab\" is no provider; did you mean \"github\"? Known are github, openai.");
    }

    [Fact]
    public void An_unknown_provider_named_in_code_says_so()
    {
        string error = Layers.For("x").With(new ProfileOnly("github")).With(options => options.Provider = "nobody").Error();

        error.ShouldBe("AddResilienceHandlers(\"x\", …) code: Provider = \"nobody\" is no provider; known are github.");
    }

    [Fact]
    public void A_bad_value_from_code_names_the_code()
    {
        string error = Layers.For("github").With(options => options.Retry.MaxRetries = 1000).Error();

        error.ShouldBe("AddResilienceHandlers(\"github\", …) code: Retry:MaxRetries = \"1000\" is not a whole number from 0 to 100; the most is \"100\".");
    }

    [Fact]
    public void Null_texts_and_groups_from_code_are_reported()
    {
        Composition composition = OptionsComposer.Compose(Layers.For("github").With(options =>
        {
            options.Retry.RetryOn = null!;
            options.Pacing.Groups["search"] = null!;
        }));

        composition.Errors.Length.ShouldBe(2);
        composition.Errors.ShouldContain(error => error.Contains("Retry:RetryOn", StringComparison.Ordinal));
        composition.Errors.ShouldContain(error => error.Contains("Pacing:Groups:search is null", StringComparison.Ordinal));
    }

    [Fact]
    public void Code_that_throws_is_reported_with_its_layer()
    {
        string error = Layers.For("github").With(_ => throw new InvalidOperationException("no such key")).Error();

        error.ShouldBe("AddResilienceHandlers(\"github\", …) code threw InvalidOperationException: no such key");
    }

    [Fact]
    public void A_profile_that_throws_is_reported_with_its_provider()
    {
        string error = Layers.For("acme").With(new ProfileOnly("acme", _ => throw new InvalidOperationException("oops"))).Error();

        error.ShouldBe("provider \"acme\" threw InvalidOperationException: oops");
    }
}
