using Handlers.Testing;

/// <summary>An hour in virtual time: 60 calls an hour are allowed, 61 are made.</summary>
internal static class TestKit
{
    public static async Task<string> RunAsync()
    {
        var time = new VirtualTime();
        using var github = new GitHubTwin(new GitHubTwinOptions { AnonymousLimit = 60 }, time);
        var services = new ServiceCollection();
        services.AddHttpClient("github", client => client.BaseAddress = github.BaseAddress)
            .AddResilienceHandlers(options => options.TotalTimeout = TimeSpan.FromHours(2))
            .ConfigurePrimaryHttpMessageHandler(() => github);
        services.AddSingleton<TimeProvider>(time);
        await using ServiceProvider provider = services.BuildServiceProvider();
        using HttpClient client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("github");

        LoadResult result = await Load.AtOnce(61, i => new HttpRequestMessage(HttpMethod.Get, $"repos/o/r/issues/{i}")).RunAsync(client, github, time);

        return $"{result.Ok} ok, {result.Refused} refused, {(int)time.Elapsed.TotalHours} h";
    }
}
