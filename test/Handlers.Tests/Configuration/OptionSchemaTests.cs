namespace Handlers.Tests.Configuration;

public class OptionSchemaTests
{
    /// <summary>The defaults table of the documentation, row by row.</summary>
    public static readonly TheoryData<string, string> Defaults = new()
    {
        { "Provider", "none" },
        { "Account", "none" },
        { "Workload", "Standard" },
        { "Enabled", "true" },
        { "TotalTimeout", "00:01:40" },
        { "AttemptTimeout", "00:00:30" },
        { "BodyIdleTimeout", "00:01:00" },
        { "StreamTypes", "" },
        { "Rejections", "Exception" },
        { "Caching:Enabled", "true" },
        { "Caching:MaxBytes", "67108864" },
        { "Caching:MaxEntryBytes", "1048576" },
        { "Caching:MaxVariants", "8" },
        { "Caching:KeyHeaders", "" },
        { "Caching:SharedStore", "false" },
        { "Caching:Heuristics", "false" },
        { "Caching:StaleIfError", "00:05:00" },
        { "Caching:StaleOnDisconnect", "false" },
        { "Caching:StaleWhileRevalidate", "true" },
        { "Caching:RefreshTimeout", "00:00:30" },
        { "Caching:SingleFlight", "true" },
        { "Caching:KeepForValidation", "1.00:00:00" },
        { "Caching:StoreTimeout", "00:00:00.5" },
        { "Idempotency:Enabled", "true" },
        { "Idempotency:HeaderName", "none" },
        { "Idempotency:Quoted", "false" },
        { "Idempotency:Methods", "POST, PATCH" },
        { "Idempotency:Keys", "Generated" },
        { "Idempotency:ResultTtl", "01:00:00" },
        { "Idempotency:MaxResultBytes", "1048576" },
        { "Idempotency:MaxEntries", "10000" },
        { "Idempotency:MaxBytes", "67108864" },
        { "Idempotency:Probe", "none" },
        { "Fallback:Enabled", "true" },
        { "Fallback:Models", "" },
        { "Fallback:Client", "none" },
        { "Fallback:Route", "none" },
        { "Retry:Enabled", "true" },
        { "Retry:MaxRetries", "3" },
        { "Retry:Backoff", "Exponential" },
        { "Retry:BaseDelay", "00:00:01" },
        { "Retry:MaxDelay", "00:00:30" },
        { "Retry:Multiplier", "2" },
        { "Retry:Jitter", "0.2" },
        { "Retry:RateLimitRetryAfter", "00:01:00" },
        { "Retry:WaitForCircuit", "false" },
        { "Retry:RefusalsUseRetries", "true" },
        { "Retry:RetryOn", "connection, timeout, read-timeout, pool-timeout, reset, 408, 5xx" },
        { "Retry:WaitOutOn", "429" },
        { "Retry:ReplaySafe", "" },
        { "Retry:BudgetRatio", "0.5" },
        { "Retry:BudgetMinimum", "10" },
        { "Retry:MaxBufferedBody", "1048576" },
        { "CircuitBreaker:Enabled", "true" },
        { "CircuitBreaker:FailureThreshold", "10" },
        { "CircuitBreaker:FailureRatio", "none" },
        { "CircuitBreaker:MinimumThroughput", "20" },
        { "CircuitBreaker:SamplingDuration", "00:00:30" },
        { "CircuitBreaker:BreakDuration", "00:00:30" },
        { "CircuitBreaker:BreakMultiplier", "2" },
        { "CircuitBreaker:MaxBreakDuration", "00:05:00" },
        { "CircuitBreaker:HalfOpenMaxCalls", "3" },
        { "CircuitBreaker:SuccessThreshold", "2" },
        { "CircuitBreaker:RampDuration", "00:00:10" },
        { "CircuitBreaker:ProbeTimeout", "00:01:00" },
        { "Pacing:Enabled", "true" },
        { "Pacing:Limits", "none" },
        { "Pacing:MinInterval", "none" },
        { "Pacing:MaxConcurrency", "none" },
        { "Pacing:MarginPercent", "0" },
        { "Pacing:Mode", "FinishSoonest" },
        { "Pacing:ReservePercent", "20" },
        { "Pacing:MaxWait", "none" },
        { "Pacing:MaxQueue", "10000" },
        { "Pacing:MaxQueueBytes", "67108864" },
        { "RateLimits:Enabled", "true" },
        { "RateLimits:MaxServerWait", "01:01:00" },
        { "RateLimits:Guard", "00:00:00.05" },
    };

    [Theory]
    [MemberData(nameof(Defaults))]
    public void Has_the_documented_default(string path, string expected)
    {
        ResilienceHandlersOptions options = Layers.For("x").Options();

        OptionSchema.TryFind(path, out Option? option).ShouldBeTrue();
        option!.Default.ShouldBe(expected);
        option.Format(options).ShouldBe(expected);
    }

    [Fact]
    public void Knows_no_option_that_the_defaults_table_does_not()
    {
        IEnumerable<string> known = OptionSchema.Options.Select(option => option.Path);

        known.ShouldBe(Defaults.Select(row => (string)row[0]), ignoreOrder: true);
    }

    [Fact]
    public void Knows_every_property_of_the_options_classes()
    {
        IEnumerable<string> properties = PathsOf(typeof(ResilienceHandlersOptions), "");

        IEnumerable<string> known = OptionSchema.Options.Select(option => option.Path).Append(OptionSchema.Groups);

        known.ShouldBe(properties, ignoreOrder: true);
    }

    [Fact]
    public void Knows_every_property_of_a_group()
    {
        IEnumerable<string> properties = typeof(PacingGroupOptions).GetProperties().Select(property => property.Name);

        OptionSchema.KeysOf("Pacing:Groups:any").ShouldBe(properties, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Defaults))]
    public void Reads_back_what_it_writes(string path, string value)
    {
        OptionSchema.TryFind(path, out Option? option);
        var options = new ResilienceHandlersOptions();

        string? problem = value.Length > 0 && option!.Expects is not "a name" ? option.TrySet(options, value) : null;

        problem.ShouldBeNull();
        option!.Format(options).ShouldBe(value);
    }

    [Theory]
    [InlineData("retry:maxretries")]
    [InlineData("PACING:GROUPS:Search:LIMITS")]
    public void Finds_options_ignoring_case(string path) => OptionSchema.TryFind(path, out _).ShouldBeTrue();

    [Theory]
    [InlineData("Pacing:Groups:search:Limits:0")]
    [InlineData("Pacing:Groups:search:Enabled")]
    [InlineData("Pacing:Groups:search")]
    [InlineData("Pacing:Groupies:search:Limits")]
    [InlineData("Retry")]
    [InlineData("")]
    public void Finds_nothing_where_no_option_is(string path) => OptionSchema.TryFind(path, out _).ShouldBeFalse();

    [Fact]
    public void Treats_groups_of_the_same_name_and_content_as_equal()
    {
        var a = new ResilienceHandlersOptions { Pacing = { Groups = { ["search"] = new() { Limits = "30/minute" } } } };
        var b = new ResilienceHandlersOptions { Pacing = { Groups = { ["SEARCH"] = new() { Limits = "30/minute" } } } };

        OptionSchema.AreEqual(a, b).ShouldBeTrue();
        OptionSchema.AreEqual(b, a).ShouldBeTrue();
    }

    [Fact]
    public void Tells_an_empty_group_from_none()
    {
        var a = new ResilienceHandlersOptions { Pacing = { Groups = { ["search"] = new() } } };
        var b = new ResilienceHandlersOptions();

        OptionSchema.AreEqual(a, b).ShouldBeFalse();
        OptionSchema.AreEqual(b, a).ShouldBeFalse();
    }

    private static IEnumerable<string> PathsOf(Type type, string prefix) => type.GetProperties().SelectMany(property =>
        property.PropertyType.Namespace == "Handlers" && property.PropertyType.IsClass
            ? PathsOf(property.PropertyType, $"{prefix}{property.Name}:")
            : [prefix + property.Name]);
}
