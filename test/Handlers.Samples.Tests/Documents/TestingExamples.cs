using System.Net;
using Handlers.Testing;
using Handlers.Testing.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Samples.Tests.Documents;

/// <summary>The code of docs/testing.md.</summary>
public sealed class TestingExamples
{
    [Fact]
    public async Task A_scripted_transport_in_virtual_time()
    {
        var time = new VirtualTime();
        using var wire = new ScriptedTransport(time);
        wire.Answers(ScriptedAnswer.Status(429).RetryAfter(30), HttpStatusCode.OK);
        using ServiceProvider services = App(time, wire);

        await time.RunAsync(async () =>
        {
            using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("orders");
            using HttpResponseMessage response = await client.GetAsync("orders/1");

            response.StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        wire.Attempts.Count.ShouldBe(2);
        time.Elapsed.ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30));
        wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task A_twin_in_virtual_time()
    {
        var time = new VirtualTime();
        using var github = new GitHubTwin(new GitHubTwinOptions { AnonymousLimit = 60 }, time);
        using ServiceProvider services = App(time, github, "github");

        await time.RunAsync(() => Parallel.ForAsync(0, 100, async (i, token) =>
        {
            using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("github");
            using HttpResponseMessage response = await client.GetAsync($"repos/o/r/issues/{i}", token);
        }));

        github.Executed.ShouldBe(100);
        github.Refused.ShouldBe(0);
        github.Early.ShouldBe(0);
        time.Elapsed.ShouldBeInRange(TimeSpan.FromMinutes(60), TimeSpan.FromMinutes(61));
    }

    [Fact]
    public async Task A_load_and_its_optimum()
    {
        var time = new VirtualTime();
        using var github = new GitHubTwin(new GitHubTwinOptions { AnonymousLimit = 60 }, time);
        using ServiceProvider services = App(time, github, "github");
        using HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("github");

        LoadResult result = await Load.AtOnce(100, i => new HttpRequestMessage(HttpMethod.Get, $"repos/o/r/issues/{i}")).RunAsync(client, github, time);

        result.Ok.ShouldBe(100);
        result.Refused.ShouldBe(0);
        result.MakespanRatio!.Value.ShouldBeLessThanOrEqualTo(1.1);
    }

    private static ServiceProvider App(VirtualTime time, HttpMessageHandler wire, string name = "orders")
    {
        var services = new ServiceCollection();
        services.AddHttpClient(name, client => client.BaseAddress = new Uri("https://api.example/"))
            .AddResilienceHandlers(options => options.TotalTimeout = TimeSpan.FromHours(2))
            .ConfigurePrimaryHttpMessageHandler(() => wire); // no network
        services.AddSingleton<TimeProvider>(time);           // no waiting
        return services.BuildServiceProvider();
    }

    [Fact]
    public async Task A_twin_over_sockets()
    {
        using var github = new GitHubTwin(new GitHubTwinOptions { CoreLimit = 5, Window = TimeSpan.FromSeconds(1) });
        await using TwinHost host = await TwinHost.StartAsync(github);
        using var client = new HttpClient { BaseAddress = host.BaseAddress };

        using HttpResponseMessage response = await client.GetAsync("repos/o/r");

        response.Headers.Contains("X-RateLimit-Remaining").ShouldBeTrue();
    }
}
