using System.Net;
using Handlers.AspNetCore.Tests.Support;
using Handlers.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace Handlers.AspNetCore.Tests.Health;

public sealed class ResilienceHealthCheckTests
{
    [Fact]
    public async Task Healthy_while_circuits_are_closed_and_gates_open()
    {
        await using StatusApp app = await Watched();
        (await app.Client("shop").GetAsync("things")).Dispose();

        (await Report(app)).Status.ShouldBe(HealthStatus.Healthy);
    }

    [Fact]
    public async Task Degraded_while_a_circuit_is_not_closed_and_it_is_named()
    {
        await using StatusApp app = await Watched();
        (await app.Client("shop").GetAsync("things")).Dispose();
        app.Monitor.Isolate("shop");

        HealthReportEntry entry = await Report(app);

        entry.Status.ShouldBe(HealthStatus.Degraded);
        entry.Description.ShouldBe("circuit of shop to https://shop.example:443 is Isolated.");
        entry.Data["circuits_not_closed"].ShouldBe(1);
    }

    [Fact]
    public async Task Unhealthy_from_as_many_circuits_as_the_option_says()
    {
        await using StatusApp app = await Watched(options => options.UnhealthyCircuits = 1);
        (await app.Client("shop").GetAsync("things")).Dispose();
        app.Monitor.Isolate("shop");

        (await Report(app)).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    [Theory]
    [InlineData(null, HealthStatus.Unhealthy)]
    [InlineData("resilience", HealthStatus.Unhealthy)]
    [InlineData("another", HealthStatus.Degraded)]
    public async Task Thresholds_may_come_from_the_options_pattern(string? check, HealthStatus expected)
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: [("Retry:MaxRetries", "0")], services: services =>
        {
            services.AddHealthChecks().AddResilience(options => options.UnhealthyCircuits = 9);
            services.Configure<ResilienceHealthOptions>(check ?? Options.DefaultName, options => options.UnhealthyCircuits = 1);
        });
        (await app.Client("shop").GetAsync("things")).Dispose();
        app.Monitor.Isolate("shop");

        (await Report(app)).Status.ShouldBe(expected);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("resilience")]
    public async Task The_options_pattern_is_heeded_whole(string? check)
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: [("Retry:MaxRetries", "0")], services: services =>
        {
            services.AddHealthChecks().AddResilience();
            OptionsBuilder<ResilienceHealthOptions> options = services.AddOptions<ResilienceHealthOptions>(check ?? Options.DefaultName);
            options.Configure<IResilienceMonitor>((thresholds, _) => thresholds.DegradedCircuits = null);
            options.PostConfigure(thresholds => thresholds.UnhealthyCircuits ??= 1);
            options.Validate(thresholds => thresholds is { DegradedCircuits: null, UnhealthyCircuits: 1 }, "Not as configured.");
        });
        (await app.Client("shop").GetAsync("things")).Dispose();
        app.Monitor.Isolate("shop");

        (await Report(app)).Status.ShouldBe(HealthStatus.Unhealthy);
    }

    [Fact]
    public async Task A_threshold_that_the_app_itself_rejects_is_named_by_the_check()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], services: services =>
        {
            services.AddHealthChecks().AddResilience();
            services.AddOptions<ResilienceHealthOptions>().Validate(thresholds => thresholds.UnhealthyCircuits > 0, "UnhealthyCircuits is not set.");
        });

        OptionsValidationException thrown = await Should.ThrowAsync<OptionsValidationException>(() => Report(app));

        thrown.Failures.ShouldBe(["UnhealthyCircuits is not set."]);
    }

    [Theory]
    [InlineData(30, HealthStatus.Healthy)]
    [InlineData(300, HealthStatus.Degraded)]
    [InlineData(2000, HealthStatus.Unhealthy)]
    public async Task A_gate_counts_by_how_long_it_stays_closed(int seconds, HealthStatus expected)
    {
        await using StatusApp app = await Watched(options => options.UnhealthyGate = TimeSpan.FromMinutes(20));
        app.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(seconds));
        (await app.Client("shop").GetAsync("things")).Dispose();

        (await Report(app)).Status.ShouldBe(expected);
    }

    [Fact]
    public async Task A_gate_of_the_account_that_a_named_client_uses_counts()
    {
        await using StatusApp app = await StatusApp.StartAsync(
            clients: ["shop"],
            settings: [("Retry:MaxRetries", "0"), ("Account", "acme")],
            services: services => services.AddHealthChecks().AddResilience(options => options.Clients.Add("shop")));
        app.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(300));
        (await app.Client("shop").GetAsync("things")).Dispose();

        (await Report(app)).Status.ShouldBe(HealthStatus.Degraded);
    }

    [Fact]
    public async Task Only_named_clients_count()
    {
        await using StatusApp app = await Watched(options => options.Clients.Add("other"));
        (await app.Client("shop").GetAsync("things")).Dispose();
        app.Monitor.Isolate("shop");

        HealthReportEntry entry = await Report(app);

        entry.Status.ShouldBe(HealthStatus.Healthy);
        entry.Description!.ShouldContain("There is no client \"other\" so far", Case.Sensitive, "a slip in a name would look healthy for ever");
    }

    [Fact]
    public async Task Degraded_while_a_client_has_no_good_options_and_what_is_wrong_is_said()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal) { ["ResilienceHandlers:Clients:shop:Retry:MaxRetries"] = "many" };
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
        services.AddLogging().AddHealthChecks().AddResilience();
        services.AddHttpClient("shop").AddResilienceHandlers();
        await using ServiceProvider provider = services.BuildServiceProvider();
        Should.Throw<OptionsValidationException>(() => provider.GetRequiredService<IHttpClientFactory>().CreateClient("shop"));

        HealthReportEntry entry = (await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["resilience"];

        entry.Status.ShouldBe(HealthStatus.Degraded);
        entry.Description!.ShouldStartWith("client shop has no good options: ");
        entry.Description!.ShouldContain("ResilienceHandlers:Clients:shop:Retry:MaxRetries");
        entry.Data["clients_unusable"].ShouldBe(1);
    }

    [Fact]
    public async Task Without_any_client_the_check_says_what_to_add()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddHealthChecks().AddResilience();
        await using ServiceProvider provider = services.BuildServiceProvider();

        Exception thrown = await Should.ThrowAsync<InvalidOperationException>(() => provider.GetRequiredService<HealthCheckService>().CheckHealthAsync());

        thrown.Message.ShouldContain("AddResilienceHandlers()");
    }

    private static Task<StatusApp> Watched(Action<ResilienceHealthOptions>? configure = null) => StatusApp.StartAsync(
        clients: ["shop"], settings: [("Retry:MaxRetries", "0")], services: services => services.AddHealthChecks().AddResilience(configure));

    private static async Task<HealthReportEntry> Report(StatusApp app) =>
        (await app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["resilience"];
}
