using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Handlers.Tests.Configuration;

/// <summary>Pacing groups without a match, of a client whose provider only the host of a request tells.</summary>
public sealed class UndecidedGroupsTests
{
    [Fact]
    public async Task One_that_means_no_call_is_told_once_when_the_provider_is_known()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Pacing:Groups:serach:MinInterval", "00:00:02")));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            (await client.GetAsync("https://api.github.com/search/issues?q=1")).Dispose();
            (await client.GetAsync("https://api.github.com/search/issues?q=2")).Dispose();
        });

        LogEntry told = bench.Log.Named("GroupWithoutCalls").ShouldHaveSingleItem();
        told.Level.ShouldBe(LogLevel.Warning);
        told.Text.ShouldStartWith("ResilienceHandlers:Clients:api:Pacing:Groups:serach means no call to api.github.com: ");
        told.Text.ShouldContain("did you mean \"search\"?");
    }

    [Theory]
    [InlineData("ResilienceHandlers:Clients:api:Pacing:Groups:search:MinInterval", "00:00:02")]
    [InlineData("ResilienceHandlers:Defaults:Pacing:Groups:write:MinInterval", "00:00:02")]
    public async Task One_that_means_some_or_waits_for_other_clients_is_not(string key, string value)
    {
        using var bench = new Bench(settings: new Dictionary<string, string?>(StringComparer.Ordinal) { [key] = value });
        bench.Wire.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client => (await client.GetAsync("https://api.github.com/search/issues?q=1")).Dispose());

        bench.Log.Named("GroupWithoutCalls").ShouldBeEmpty();
    }
}
