using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Handlers.Tests.Registration;

public sealed class OptionsPatternTests
{
    private const string RetriesPath = "ResilienceHandlers:Clients:api:Retry:MaxRetries";

    [Fact]
    public async Task Configures_a_client_by_its_name_after_the_code_of_its_registration()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Retry.MaxRetries = 9),
            services: s => s.Configure<ResilienceHandlersOptions>("api", options => options.Retry.MaxRetries = 1));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public void Configures_every_client_and_lets_dependencies_and_sections_say_what()
    {
        using var bench = new Bench(
            settings: new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Shop:Retry:BaseDelay"] = "00:00:07", ["ResilienceHandlers:Defaults:Account"] = "acme" },
            services: s =>
            {
                s.ConfigureAll<ResilienceHandlersOptions>(options => options.Retry.MaxRetries = 2);
                s.AddOptions<ResilienceHandlersOptions>("api").BindConfiguration("Shop")
                    .Configure<TimeProvider>((options, time) => options.TotalTimeout = TimeSpan.FromDays(time.GetUtcNow().Day));
                s.PostConfigureAll<ResilienceHandlersOptions>(options => options.Retry.Jitter = 0);
            });

        ResilienceHandlersOptions options = InForce(bench);

        options.Retry.MaxRetries.ShouldBe(2);
        options.Retry.BaseDelay.ShouldBe(TimeSpan.FromSeconds(7));
        options.Retry.Jitter.ShouldBe(0);
        options.TotalTimeout.ShouldBe(TimeSpan.FromDays(bench.Time.GetUtcNow().Day));
        options.Account.ShouldBe("acme");
    }

    [Fact]
    public void Shows_what_is_in_force_and_tells_of_good_edits_alone()
    {
        using var bench = new Bench(settings: Retries("4"));
        var monitor = bench.Services.GetRequiredService<IOptionsMonitor<ResilienceHandlersOptions>>();
        List<(string?, int)> told = [];
        using IDisposable? listening = monitor.OnChange((options, client) => told.Add((client, options.Retry.MaxRetries)));
        int before = monitor.Get("api").Retry.MaxRetries;

        bench.Settings.Edit(RetriesPath, "6");
        bench.Settings.Edit(RetriesPath, "six");

        before.ShouldBe(4);
        monitor.Get("api").Retry.MaxRetries.ShouldBe(6);
        told.ShouldBe([("api", 6)]);
    }

    [Fact]
    public void Shows_it_for_clients_that_only_defaults_reach()
    {
        using var bench = new Bench(
            add: _ => { },
            settings: Retries("4"),
            services: s => s.ConfigureHttpClientDefaults(b => b.AddResilienceHandlers()));
        int before = InForce(bench).Retry.MaxRetries;

        bench.Settings.Edit(RetriesPath, "6");

        before.ShouldBe(4);
        InForce(bench).Retry.MaxRetries.ShouldBe(6);
    }

    [Theory]
    [InlineData(RetriesPath)]
    [InlineData("ResilienceHandlers:Defaults:Retry:MaxRetries")]
    public async Task Tells_of_edits_of_clients_that_only_defaults_reach(string path)
    {
        using var bench = new Bench(add: _ => { }, services: s => s.ConfigureHttpClientDefaults(b => b.AddResilienceHandlers()));
        var monitor = bench.Services.GetRequiredService<IOptionsMonitor<ResilienceHandlersOptions>>();
        List<(string?, int)> told = [];
        IDisposable listening = monitor.OnChange((options, client) => told.Add((client, options.Retry.MaxRetries)))!;
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(200));
        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        bench.Settings.Edit(path, "6");
        bench.Settings.Edit(path, "six");
        listening.Dispose();
        bench.Settings.Edit(path, "7");

        told.ShouldBe([("api", 6)]);
    }

    [Fact]
    public async Task What_is_shown_is_a_copy()
    {
        using var bench = new Bench(settings: Retries("1"));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));
        InForce(bench).Retry.MaxRetries = 9;

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("apy", "did you mean \"api\"?")]
    [InlineData("warehouse", "ConfigureAll")]
    [InlineData("", "without a name")]
    public async Task A_name_that_no_client_has_stops_the_app(string name, string cure)
    {
        string message = await MistakeOf(s => s.Configure<ResilienceHandlersOptions>(name, options => options.Enabled = false));

        message.ShouldContain("Configure<ResilienceHandlersOptions>(");
        message.ShouldContain(cure);
    }

    [Fact]
    public async Task A_value_out_of_range_stops_the_app_and_says_who_set_it()
    {
        string message = await MistakeOf(s => s.Configure<ResilienceHandlersOptions>("api", options => options.Retry.Jitter = 7));

        message.ShouldContain("Configure<ResilienceHandlersOptions>(\"api\", …): Retry:Jitter = \"7\"");
    }

    [Fact]
    public async Task A_validator_of_the_app_stops_it_too()
    {
        string message = await MistakeOf(s => s.AddOptions<ResilienceHandlersOptions>("api").Validate(options => options.Account is not null, "name the account"));

        message.ShouldContain("The options of client \"api\": name the account");
    }

    [Fact]
    public void An_edit_that_a_validator_of_the_app_rejects_changes_nothing()
    {
        using var bench = new Bench(
            settings: Retries("4"),
            services: s => s.AddOptions<ResilienceHandlersOptions>("api").Validate(options => options.Retry.MaxRetries < 5, "too many retries"));
        _ = InForce(bench);

        bench.Settings.Edit(RetriesPath, "6");

        InForce(bench).Retry.MaxRetries.ShouldBe(4);
    }

    private static ResilienceHandlersOptions InForce(Bench bench) => bench.Services.GetRequiredService<IOptionsMonitor<ResilienceHandlersOptions>>().Get("api");

    private static Dictionary<string, string?> Retries(string count) => new(StringComparer.OrdinalIgnoreCase)
    {
        [RetriesPath] = count,
    };

    private static async Task<string> MistakeOf(Action<IServiceCollection> configure)
    {
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(null);
        app.Services.AddHttpClient("api").AddResilienceHandlers();
        configure(app.Services);
        using IHost host = app.Build();
        return (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync())).Message;
    }
}
