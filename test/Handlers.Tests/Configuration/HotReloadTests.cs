using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Handlers.Tests.Configuration;

/// <summary>Edits of a running app, seen from its calls.</summary>
public sealed class HotReloadTests
{
    [Fact]
    public async Task An_edit_keeps_an_open_circuit_open_and_counts_from_the_next_call()
    {
        using var bench = new Bench(settings: Settings.For("api", ("CircuitBreaker:FailureThreshold", "2"), ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => HttpStatusCode.BadGateway);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            (await client.GetAsync("things")).Dispose();
            DateTimeOffset? before = (await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"))).RetryAt;

            bench.Settings.Edit(Settings.Key("api", "Retry:MaxRetries"), "2");
            bench.Settings.Edit(Settings.Key("api", "CircuitBreaker:FailureThreshold"), "50");

            (await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"))).RetryAt.ShouldBe(before);
            await Task.Delay(TimeSpan.FromSeconds(31), bench.Time);
            bench.Wire.OnEach(_ => new HttpRequestException(HttpRequestError.ConnectionError, "no"));
            await Should.ThrowAsync<HttpRequestException>(() => client.GetAsync("things"));
        });

        bench.Wire.Attempts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task An_edit_keeps_a_closed_gate_closed_and_what_was_used_used()
    {
        using var bench = new Bench(settings: Settings.For(
            "api", ("Pacing:Limits", "2/minute"), ("Pacing:MaxWait", "00:00:00"), ("RateLimits:MaxServerWait", "00:05:00"), ("Retry:MaxRetries", "0")));
        bench.Wire.Answers(HttpStatusCode.OK, ScriptedAnswer.Status(429).RetryAfter(50));

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            (await client.GetAsync("things")).Dispose();
            bench.Settings.Edit(Settings.Key("api", "Retry:MaxRetries"), "1");
            bench.Settings.Edit(Settings.Key("api", "Pacing:Limits"), "3/minute");

            QuotaRejectedException refused = await Should.ThrowAsync<QuotaRejectedException>(() => client.GetAsync("things"));

            (refused.RetryAt!.Value - bench.Time.GetUtcNow()).TotalSeconds.ShouldBeInRange(50, 51);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_bad_edit_is_logged_once_and_changes_nothing()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "1"), ("Retry:Jitter", "0")));
        bench.Wire.OnEach(_ => HttpStatusCode.BadGateway);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            bench.Settings.Edit(Settings.Key("api", "Retry:MaxRetries"), "lots");
            bench.Settings.Edit("Logging:LogLevel:Default", "Debug");
            bench.Settings.Edit("Logging:LogLevel:Default", "Information");
            (await client.GetAsync("things")).Dispose();
        });

        bench.Wire.Attempts.Count.ShouldBe(4);
        LogEntry rejected = bench.Log.Named("EditRejected").ShouldHaveSingleItem();
        rejected.Level.ShouldBe(LogLevel.Error);
        rejected.Text.ShouldContain("ResilienceHandlers:Clients:api:Retry:MaxRetries");
        rejected.Text.ShouldContain("lots");
    }

    [Theory]
    [InlineData("ResilienceHandlers:Clients:api:Retry:MaxRetries")]
    [InlineData("ResilienceHandlers:Defaults:Retry:MaxRetries")]
    public async Task A_client_first_asked_for_while_its_settings_are_wrong_works_as_soon_as_an_edit_corrects_them(string path)
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { [path] = "lots", [Settings.Key("api", "Retry:Jitter")] = "0" });
        bench.Wire.OnEach(_ => HttpStatusCode.BadGateway);

        await bench.Time.RunAsync(async () =>
        {
            using var raw = new HttpMessageInvoker(bench.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler("api"), disposeHandler: false);
            using HttpRequestMessage request = new(HttpMethod.Get, "https://api.example/things");
            string first = Should.Throw<OptionsValidationException>(bench.Create).Message;
            bench.Settings.Edit(path, "plenty");
            string second = Should.Throw<OptionsValidationException>(bench.Create).Message;
            (await Should.ThrowAsync<OptionsValidationException>(() => raw.SendAsync(request, CancellationToken.None))).Message.ShouldBe(second);
            bench.Services.GetRequiredService<IResilienceMonitor>().Clients.ShouldHaveSingleItem().Enabled.ShouldBeFalse();
            bench.Settings.Edit(path, "1");
            using HttpClient client = bench.Create();

            first.ShouldContain($"{path} = \"lots\"");
            second.ShouldContain($"{path} = \"plenty\"");
            (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
            (await raw.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://api.example/things"), CancellationToken.None)).StatusCode.ShouldBe(HttpStatusCode.BadGateway);
            client.Timeout.ShouldBe(Timeout.InfiniteTimeSpan, "the call's deadline holds from now on");
        });

        bench.Wire.Attempts.Count.ShouldBe(4);
        bench.Log.Named("ClientUnusable").Select(entry => entry.Text.Split('"')[3]).ShouldBe(["lots", "plenty"]);
        bench.Log.Named("EditRejected").Where(entry => entry.Category.StartsWith("Handlers.HttpClient", StringComparison.Ordinal)).ShouldBeEmpty();
        bench.Log.Named("EffectivePolicy").ShouldHaveSingleItem().Text.ShouldContain("Retry:MaxRetries 1");
    }

    [Fact]
    public async Task An_edit_of_an_unrelated_setting_changes_nothing_and_says_nothing()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Retry:MaxRetries", "1")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            int logged = OfOurs(bench);

            bench.Settings.Edit("Logging:LogLevel:Default", "Debug");
            bench.Settings.Edit("ConnectionStrings:Main", "x");

            OfOurs(bench).ShouldBe(logged);
            bench.Log.Named("OptionsChanged").ShouldBeEmpty();
        });

        static int OfOurs(Bench bench) => bench.Log.Entries.Count(e => e.Category.StartsWith("Handlers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_client_says_its_policy_in_one_line_when_the_host_starts()
    {
        using var log = new RecordedLog();
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        app.Configuration.AddInMemoryCollection([new("ResilienceHandlers:Clients:github:Retry:MaxRetries", "7")]);
        app.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Debug);
        app.Services.AddHttpClient("github").AddResilienceHandlers();
        app.Services.AddHttpClient("mine").AddResilienceHandlers();
        using IHost host = app.Build();

        await host.StartAsync();
        await host.StopAsync();

        string[] lines = [.. log.Named("EffectivePolicy").Select(e => e.Text)];
        lines.Length.ShouldBe(2);
        lines.Single(line => line.Contains("\"github\"", StringComparison.Ordinal)).ShouldContain("Retry:MaxRetries 7 (client)");
        lines.Single(line => line.Contains("\"mine\"", StringComparison.Ordinal)).ShouldContain("provider by host");
    }

    [Theory]
    [InlineData("""{ "ResilienceHandlers": { "Clients": """)]
    [InlineData("")]
    [InlineData(null)]
    public async Task A_broken_or_missing_file_changes_nothing_though_another_source_goes_on_speaking(string? text)
    {
        using var log = new RecordedLog();
        var file = new EditableFile("""{ "ResilienceHandlers": { "Clients": { "api": { "Pacing": { "Limits": "10/second" } } } } }""");
        var variables = new EditableConfiguration(("ResilienceHandlers:Clients:api:Retry:MaxRetries", "7"));
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        ((IConfigurationBuilder)app.Configuration).Add(variables).Add(file.Source);
        app.Logging.AddProvider(log);
        app.Services.AddHttpClient("api").AddResilienceHandlers();
        app.Services.AddHttpClient("other").AddResilienceHandlers();
        using IHost host = app.Build();
        await host.StartAsync();

        file.Write(text);
        variables.Edit(("ResilienceHandlers:Clients:api:Retry:MaxRetries", "8"));
        variables.Edit(("Logging:LogLevel:Default", "Debug"));

        log.Named("OptionsChanged").ShouldBeEmpty();
        log.Named("EditRejected").ShouldHaveSingleItem().Text.ShouldContain(file.Name);

        file.Write("""{ "ResilienceHandlers": { } }""");

        log.Named("OptionsChanged").ShouldHaveSingleItem().Text.ShouldEndWith("Retry:MaxRetries 7 -> 8, Pacing:Limits 10/second -> none");
        await host.StopAsync();
    }

    [Theory]
    [InlineData("ResilienceHandlers:Clients:apii:Pacing:Limits", "did you mean \"api\"?")]
    [InlineData("ResilienceHandlers:Cleints:api:Pacing:Limits", "did you mean \"Clients\"?")]
    public async Task A_slip_in_a_sections_name_leaves_the_client_what_it_had(string slip, string cure)
    {
        using var log = new RecordedLog();
        var settings = new EditableConfiguration(("ResilienceHandlers:Clients:api:Pacing:Limits", "10/second"), ("ResilienceHandlers:Defaults:TotalTimeout", "00:00:10"));
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        ((IConfigurationBuilder)app.Configuration).Add(settings);
        app.Logging.AddProvider(log);
        app.Services.AddHttpClient("api").AddResilienceHandlers();
        using IHost host = app.Build();
        await host.StartAsync();

        settings.Edit(("ResilienceHandlers:Clients:api:Pacing:Limits", null), (slip, "20/second"));

        log.Named("OptionsChanged").ShouldBeEmpty();
        log.Named("EditRejected").ShouldHaveSingleItem().Text.ShouldEndWith(cure);

        settings.Edit(("ResilienceHandlers:Clients:api:Pacing:Limits", "20/second"), (slip, null));

        log.Named("OptionsChanged").ShouldHaveSingleItem().Text.ShouldEndWith("Pacing:Limits 10/second -> 20/second");
        await host.StopAsync();
    }
}
