using System.Net.ServerSentEvents;
using System.Text.Json;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace WebApp;

/// <summary>Both endpoints once, each with one failure on the way: the retry must be seen, then the answer.</summary>
internal sealed class Smoke : IAsyncDisposable
{
    private readonly GitHubTwin _github = new(new GitHubTwinOptions
    {
        BodyOf = request => request.Path.EndsWith("/issues", StringComparison.Ordinal) ? """[{"title":"It works"}]""" : null,
        Faults = { new TwinFault(TwinFaultKind.Outage) { Times = 1 } },
    });

    private readonly OpenAITwin _openai = new(new OpenAITwinOptions { Faults = { new TwinFault(TwinFaultKind.Outage) { Times = 1 } } });
    private readonly Collector _collector = new();
    private TwinHost? _twins;

    public static async Task<Smoke> StartAsync(IConfigurationManager configuration)
    {
        var smoke = new Smoke();
        smoke._twins = await TwinHost.StartAsync(smoke._github, smoke._openai);
        configuration.AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Urls"] = "http://127.0.0.1:0",
            ["GitHub:BaseAddress"] = smoke._twins.AddressOf(smoke._github).ToString(),
            ["GitHub:Token"] = "smoke",
            ["OpenAI:BaseAddress"] = smoke._twins.AddressOf(smoke._openai).ToString(),
            ["OpenAI:Key"] = "smoke",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = (await smoke._collector.StartAsync()).ToString(),
        });
        return smoke;
    }

    public async Task<int> RunAsync(WebApplication web, Telemetry telemetry)
    {
        await web.StartAsync();
        using var person = new HttpClient { BaseAddress = new Uri(web.Urls.First()) };
        bool held = Saw(await EventsAsync(person, "issues?owner=o&repo=r"), "It works")
            & Saw(await EventsAsync(person, "chat?question=hello"), "lazy dog.")
            & (await person.GetStringAsync(new Uri("/", UriKind.Relative))).Contains("EventSource", StringComparison.Ordinal)
            & (await person.GetStringAsync(new Uri("/health", UriKind.Relative))) == "Healthy"
            & (await person.GetStringAsync(new Uri("/resilience/snapshot", UriKind.Relative))).Contains("\"openai\"", StringComparison.Ordinal)
            & (_github.Arrived == 2 && _openai.Arrived == 2);
        await web.StopAsync();
        telemetry.Dispose();
        held &= _collector.Got("/v1/metrics", "handlers.http.client.call.duration") && _collector.Got("/v1/traces", "handlers.retry");
        Console.WriteLine(held ? "Both answers came, each retry was seen, metrics and spans arrived." : "NOT as it should be.");
        return held ? 0 : 1;
    }

    public async ValueTask DisposeAsync()
    {
        if (_twins is not null)
        {
            await _twins.DisposeAsync();
        }

        await _collector.DisposeAsync();
        _github.Dispose();
        _openai.Dispose();
    }

    private static async Task<List<SseItem<string>>> EventsAsync(HttpClient person, string path)
    {
        List<SseItem<string>> events = [];
        await using Stream stream = await person.GetStreamAsync(new Uri(path, UriKind.Relative));
        await foreach (SseItem<string> item in SseParser.Create(stream).EnumerateAsync())
        {
            Console.WriteLine($"  event: {item.EventType,-6} {item.Data}");
            events.Add(item);
        }

        return events;
    }

    private static bool Saw(List<SseItem<string>> events, string end) =>
        events.Exists(item => item.EventType == "retry" && item.Data.Contains("The service did not answer. Retrying in", StringComparison.Ordinal))
        && string.Concat(events.Where(item => item.EventType == "text").Select(item => JsonDocument.Parse(item.Data).RootElement.GetProperty("text").GetString())).EndsWith(end, StringComparison.Ordinal)
        && events[^1].EventType == "done";
}
