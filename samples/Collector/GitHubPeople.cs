using System.Globalization;
using System.Text.Json.Nodes;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Collector;

/// <summary>A twin of GitHub on loopback with three repositories whose people overlap.</summary>
internal sealed class GitHubPeople : IAsyncDisposable
{
    /// <summary>How many different people there are.</summary>
    public const int Count = 90;

    private const int PerPage = 10;
    private const int PagesPerRepository = 5;
    private const int Overlap = 20;

    private readonly GitHubTwin _twin;
    private TwinHost? _host;

    private GitHubPeople() => _twin = new GitHubTwin(new GitHubTwinOptions { BodyOf = PageOf, ServiceTime = TimeSpan.FromMilliseconds(5) });

    public Uri Address => _host!.BaseAddress;

    public int Answered => _twin.Ok;

    public int Early => _twin.Early;

    public static async Task<GitHubPeople> StartAsync()
    {
        var people = new GitHubPeople();
        people._host = await TwinHost.StartAsync(people._twin);
        return people;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _twin.Dispose();
    }

    private static string PageOf(TwinRequest request)
    {
        int page = int.Parse(request.Uri.Query.Split('=')[^1], CultureInfo.InvariantCulture);
        int repository = request.Path.Contains("runtime", StringComparison.Ordinal) ? 0 : request.Path.Contains("aspnetcore", StringComparison.Ordinal) ? 1 : 2;
        int first = repository * Overlap;
        IEnumerable<int> people = page <= PagesPerRepository ? Enumerable.Range(first + ((page - 1) * PerPage), PerPage) : [];
        return new JsonArray([.. people.Select(id => new JsonObject { ["login"] = $"person{id}", ["id"] = id })]).ToJsonString();
    }
}
