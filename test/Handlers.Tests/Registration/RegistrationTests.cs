using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;

namespace Handlers.Tests.Registration;

public sealed class RegistrationTests
{
    [Fact]
    public async Task Registering_twice_configures_and_never_stacks()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o => o.Retry.MaxRetries = 5).AddResilienceHandlers(o => o.Retry.MaxRetries = 1));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Handlers_added_afterwards_stand_inside_so_that_each_attempt_passes_them()
    {
        int passed = 0;
        using var bench = new Bench(add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Counting(() => passed++)));
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).Dispose());

        passed.ShouldBe(2);
    }

    [Fact]
    public async Task Defaults_reach_every_client_and_keep_their_state_apart()
    {
        using var wire = new ScriptedTransport();
        wire.OnEach(a => a.Uri.Host == "bad.example" ? ScriptedAnswer.Status(503) : HttpStatusCode.OK);
        var services = new ServiceCollection();
        services.ConfigureHttpClientDefaults(b => b.AddResilienceHandlers(o =>
        {
            o.Retry.MaxRetries = 0;
            o.CircuitBreaker.FailureThreshold = 2;
        }));
        services.AddHttpClient("bad").ConfigurePrimaryHttpMessageHandler(() => new Shared(wire));
        services.AddHttpClient("good").ConfigurePrimaryHttpMessageHandler(() => new Shared(wire));
        await using ServiceProvider provider = services.BuildServiceProvider();
        IHttpClientFactory factory = provider.GetRequiredService<IHttpClientFactory>();
        using HttpClient bad = factory.CreateClient("bad");
        using HttpClient good = factory.CreateClient("good");

        (await bad.GetAsync("https://bad.example/")).Dispose();
        (await bad.GetAsync("https://bad.example/")).Dispose();

        await Should.ThrowAsync<CircuitOpenException>(() => bad.GetAsync("https://bad.example/"));
        (await good.GetAsync("https://bad.example/")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
    }

    [Fact]
    public async Task A_client_can_be_taken_out_of_the_defaults()
    {
        using var wire = new ScriptedTransport();
        wire.OnEach(_ => ScriptedAnswer.Status(503));
        var services = new ServiceCollection();
        services.ConfigureHttpClientDefaults(b => b.AddResilienceHandlers());
        services.AddHttpClient("plain").RemoveResilienceHandlers().ConfigurePrimaryHttpMessageHandler(() => new Shared(wire));
        await using ServiceProvider provider = services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("plain");

        (await client.GetAsync("https://api.example/")).Dispose();

        wire.Attempts.Count.ShouldBe(1);
        client.Timeout.ShouldBe(TimeSpan.FromSeconds(100), "nobody else keeps a deadline for it");
        provider.GetRequiredService<IResilienceMonitor>().Clients.ShouldBeEmpty();
    }

    [Fact]
    public async Task Typed_and_keyed_clients_work()
    {
        using var wire = new ScriptedTransport();
        wire.Answers(HttpStatusCode.OK, HttpStatusCode.OK);
        var services = new ServiceCollection();
        services.AddHttpClient<Typed>().AddResilienceHandlers().ConfigurePrimaryHttpMessageHandler(() => new Shared(wire));
        services.AddHttpClient("keyed").AddAsKeyed().AddResilienceHandlers().ConfigurePrimaryHttpMessageHandler(() => new Shared(wire));
        await using ServiceProvider provider = services.BuildServiceProvider();
        await using AsyncServiceScope scope = provider.CreateAsyncScope();

        HttpResponseMessage typed = await provider.GetRequiredService<Typed>().Client.GetAsync("https://api.example/");
        HttpResponseMessage keyed = await scope.ServiceProvider.GetRequiredKeyedService<HttpClient>("keyed").GetAsync("https://api.example/");

        typed.GetCallReport()!.Client.ShouldBe("Typed");
        keyed.GetCallReport()!.Client.ShouldBe("keyed");
    }

    [Fact]
    public void The_clients_own_timeout_gives_way_to_the_calls_deadline()
    {
        using var bench = new Bench();

        bench.Create().Timeout.ShouldBe(Timeout.InfiniteTimeSpan);
    }

    [Fact]
    public void A_switched_off_stack_leaves_the_client_its_timeout()
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { ["ResilienceHandlers:Clients:api:Enabled"] = "false" });

        bench.Create().Timeout.ShouldBe(TimeSpan.FromSeconds(100));
    }

    [Fact]
    [Trait("Requirement", "A7")]
    public async Task The_whole_stack_and_each_handler_can_be_switched_at_run_time()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            bench.Settings.Edit("ResilienceHandlers:Clients:api:Enabled", "false");
            (await client.GetAsync("things")).Dispose();
            bench.Wire.Attempts.Count.ShouldBe(1);

            bench.Settings.Edit("ResilienceHandlers:Clients:api:Enabled", "true");
            (await client.GetAsync("things")).Dispose();
            bench.Wire.Attempts.Count.ShouldBe(5);

            bench.Settings.Edit("ResilienceHandlers:Clients:api:Retry:Enabled", "false");
            (await client.GetAsync("things")).Dispose();
            bench.Wire.Attempts.Count.ShouldBe(6);
        });
    }

    [Fact]
    [Trait("Requirement", "A7")]
    public async Task A_client_made_before_the_stack_was_switched_off_keeps_its_deadline()
    {
        using var bench = new Bench(settings: Settings.For("api", ("TotalTimeout", "00:00:20")));
        bench.Wire.OnEach(_ => null);

        await bench.Run(async client =>
        {
            bench.Settings.Edit("ResilienceHandlers:Clients:api:Enabled", "false");
            await Should.ThrowAsync<CallTimeoutException>(() => client.GetAsync("things"));
        });

        bench.Time.Elapsed.TotalSeconds.ShouldBe(20, 0.5);
        bench.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_bad_setting_stops_the_host_with_its_path_its_value_and_the_cure()
    {
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        app.Configuration.AddInMemoryCollection([new("ResilienceHandlers:Clients:github:Retry:BaseDelay", "2")]);
        app.Services.AddHttpClient("github").AddResilienceHandlers();
        using IHost host = app.Build();

        OptionsValidationException thrown = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        thrown.Message.ShouldContain("ResilienceHandlers:Clients:github:Retry:BaseDelay");
        thrown.Message.ShouldContain("\"2\"");
        thrown.Message.ShouldContain("00:00:02");
    }

    [Theory]
    [InlineData("ResilienceHandlers:Clients:github:Retry:MaxRetries")]
    [InlineData("ResilienceHandlers:Clients:named-when-asked-for:Retry:MaxRetries")]
    [InlineData("ResilienceHandlers:Defaults:Retry:MaxRetries")]
    public async Task A_bad_setting_stops_the_host_also_where_defaults_add_the_handlers(string path)
    {
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        app.Configuration.AddInMemoryCollection([new(path, "often"), new("ResilienceHandlers:Clients:plain:Retry:Maximum", "3")]);
        app.Services.ConfigureHttpClientDefaults(everyone => everyone.AddResilienceHandlers());
        app.Services.AddHttpClient("github", client => client.BaseAddress = new Uri("https://api.example/"));
        app.Services.AddHttpClient("plain", client => client.BaseAddress = new Uri("https://api.example/")).RemoveResilienceHandlers();
        using IHost host = app.Build();

        OptionsValidationException thrown = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        thrown.Failures.ShouldHaveSingleItem().ShouldStartWith($"{path} = \"often\"");
    }

    [Fact]
    public async Task Several_mistakes_stop_the_host_with_a_line_each()
    {
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        app.Configuration.AddInMemoryCollection([
            new("ResilienceHandlers:Clients:github:Workload", "backgrund"),
            new("ResilienceHandlers:Clients:github:TotalTimeout", "30"),
        ]);
        app.Services.AddHttpClient("github").AddResilienceHandlers();
        using IHost host = app.Build();

        OptionsValidationException thrown = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        string[] lines = thrown.Message.Split('\n');
        lines.Length.ShouldBe(3);
        lines[0].ShouldBe("The resilience handlers' configuration has 2 mistakes:");
        lines.ShouldContain(line => line.EndsWith("did you mean \"Background\"?", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_section_for_a_client_that_does_not_exist_stops_the_host()
    {
        HostApplicationBuilder app = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        app.Configuration.AddInMemoryCollection([new("ResilienceHandlers:Clients:githb:Retry:MaxRetries", "2")]);
        app.Services.AddHttpClient("github").AddResilienceHandlers();
        using IHost host = app.Build();

        OptionsValidationException thrown = await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync());

        thrown.Message.ShouldContain("githb");
        thrown.Message.ShouldContain("github");
    }

    [Fact]
    [Trait("Requirement", "E4")]
    public async Task A_circuit_can_be_read_isolated_and_reset_by_hand()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        IResilienceMonitor monitor = bench.Services.GetRequiredService<IResilienceMonitor>();

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            monitor.Isolate("api");
            CircuitOpenException refused = await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("things"));
            refused.State.ShouldBe(CircuitState.Isolated);
            refused.RetryAt.ShouldBeNull();

            monitor.Reset("api");
            (await client.GetAsync("things")).Dispose();
        });

        monitor.Circuits.Single().Accepted.ShouldBe(2);
        Should.Throw<ArgumentException>(() => monitor.Reset("nobody")).Message.ShouldContain("api https://api.example:443");
    }

    [Fact]
    public async Task Refusals_can_be_responses_instead_of_exceptions()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o =>
        {
            o.Rejections = RejectionStyle.Response;
            o.CircuitBreaker.FailureThreshold = 1;
            o.Retry.MaxRetries = 0;
        }));
        bench.Wire.Answers(ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            (await client.GetAsync("things")).Dispose();
            using HttpResponseMessage refused = await client.GetAsync("things");

            refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            refused.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(30));
            refused.GetCallReport()!.Attempts.ShouldBe(0);
        });
    }

    private sealed class Counting(Action pass) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            pass();
            return base.SendAsync(request, cancellationToken);
        }
    }

    /// <summary>Lets several chains share one transport; a chain disposes its own.</summary>
    private sealed class Shared(HttpMessageHandler wire) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _wire = new(wire, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _wire.SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            _wire.Dispose();
            base.Dispose(disposing);
        }
    }

    public sealed class Typed(HttpClient client)
    {
        public HttpClient Client { get; } = client;
    }
}
