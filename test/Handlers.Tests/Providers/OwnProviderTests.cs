using System.Net;
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
}
