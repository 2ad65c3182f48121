using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Providers;

public sealed class OwnProviderTests
{
    [Fact]
    public async Task An_apps_own_provider_is_used_by_name()
    {
        using var bench = new Bench("acme", services: services => services.AddSingleton<Provider>(new AcmeProvider()));
        bench.Wire.Answers(ScriptedAnswer.Status(420).Header("X-Acme-Reset-Ms", "2500"), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things");

            response.GetCallReport()!.Provider.ShouldBe("acme");
        });

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(2.5, 3);
    }

    [Fact]
    public async Task One_that_throws_costs_its_knowledge_and_not_the_call()
    {
        using var bench = new Bench("acme", services: services => services.AddSingleton<Provider>(new ThrowingProvider()));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(7), HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things?key=c4n4ry")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(7, 9);
        string told = bench.Log.Named("ProviderFailed").ShouldHaveSingleItem().Text;
        told.ShouldContain("acme threw InvalidOperationException in Plan");
        told.ShouldNotContain("c4n4ry");
    }

    [Theory]
    [InlineData("acme", true)]
    [InlineData("acme", false)]
    [InlineData("by-host", true)]
    [InlineData("by-host", false)]
    public async Task One_that_cant_name_its_quotas_tells_none(string name, bool throws)
    {
        IReadOnlyList<string> Names() => throws ? throw new InvalidOperationException() : [null!];
        using var bench = new Bench(
            name,
            settings: Settings.For(name, ("Pacing:Groups:mine:MaxConcurrency", "2")),
            services: services => services.AddSingleton<Provider>(new NamingProvider(Names)));
        bench.Wire.Answers(HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("https://acme.example/things")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Log.Named("ProviderFailed").Count().ShouldBe(throws ? 1 : 0);
    }

    /// <summary>Each of these once threw in the ledger, in a snapshot or in the queue, for whoever came next.</summary>
    [Theory]
    [InlineData("unit")]
    [InlineData("meaning")]
    [InlineData("nameless")]
    [InlineData("numbers")]
    [InlineData("times")]
    [InlineData("kind")]
    [InlineData("wait")]
    [InlineData("plan")]
    [InlineData("default")]
    public async Task Values_without_a_meaning_count_as_not_said(string nonsense)
    {
        using var bench = new Bench("nonsense", services: services => services.AddSingleton<Provider>(new NonsenseProvider(nonsense)));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < 3; i++)
            {
                (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK);
                bench.Services.GetRequiredService<IResilienceMonitor>().Quotas.ShouldAllBe(quota => quota.Limits.All(limit => limit.Capacity > 0));
            }
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.Zero);
        bench.Log.Named("ProviderFailed").ShouldBeEmpty();
        bench.Log.Named("ProviderNonsense").Count().ShouldBe(nonsense == "default" ? 0 : 1);
    }

    [Fact]
    public async Task A_refusal_whose_kind_is_not_defined_is_judged_by_its_status()
    {
        using var bench = new Bench("nonsense", services: services => services.AddSingleton<Provider>(new NonsenseProvider("kind")));
        bench.Wire.Answers(ScriptedAnswer.Status(429).RetryAfter(7), HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("things")).StatusCode.ShouldBe(HttpStatusCode.OK));

        bench.Wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(7, 9);
    }

    [Fact]
    public async Task And_by_host_when_the_clients_name_says_nothing()
    {
        using var bench = new Bench(services: services => services.AddSingleton<Provider>(new AcmeProvider()));
        bench.Wire.Answers(HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("https://eu.acme.example/things");

            response.GetCallReport()!.Provider.ShouldBe("acme");
        });
    }

    [Theory]
    [InlineData("Application/VND.acme+JSON; charset=utf-8", "application/vnd.acme+json", "{}")]
    [InlineData("text/html", "text/html", "{}")]
    [InlineData("text/event-stream", "text/event-stream", "")]
    public async Task One_that_wants_every_body_gets_it_with_its_type_but_holds_up_no_stream(string type, string told, string read)
    {
        (string? Type, string Body) seen = default;
        using var bench = new Bench("acme", services: services => services.AddSingleton<Provider>(new ReadingProvider((type, body) => seen = (type, body))));
        bench.Wire.Answers(ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("{}").Wait(TimeSpan.FromSeconds(9)), type));

        await bench.Run(async client =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);

            seen.ShouldBe((told, read));
            bench.Time.Elapsed.TotalSeconds.ShouldBe(read.Length == 0 ? 0 : 9);
            (await response.Content.ReadAsStringAsync()).ShouldBe("{}");
        });
    }

    private sealed class ReadingProvider(Action<string?, string> interpreted) : Provider
    {
        public override string Name => "acme";

        public override IReadOnlyList<string> Hosts => [];

        public override void ApplyDefaults(ResilienceHandlersOptions options)
        {
        }

        public override CallPlan Plan(HttpRequestMessage request) => default;

        public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => true;

        public override Verdict Interpret(in ProviderAnswer answer)
        {
            interpreted(answer.MediaType, Encoding.UTF8.GetString(answer.Body));
            return ByStatus(answer);
        }
    }

    private sealed class NamingProvider(Func<IReadOnlyList<string>> names) : Provider
    {
        public override string Name => "acme";

        public override IReadOnlyList<string> Hosts => ["acme.example"];

        public override IReadOnlyList<string> Resources => names();

        public override void ApplyDefaults(ResilienceHandlersOptions options)
        {
        }

        public override CallPlan Plan(HttpRequestMessage request) => default;

        public override bool NeedsBody(int status, string? mediaType, in CallPlan plan) => false;

        public override Verdict Interpret(in ProviderAnswer answer) => ByStatus(answer);
    }
}
