using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Handlers.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using WebApp;

namespace Handlers.Samples.Tests.WebApp;

/// <summary>What the person sees who waits for an answer.</summary>
[Trait("Requirement", "D2")]
public sealed class LiveTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly ScriptedTransport _wire;
    private readonly ServiceProvider _services;

    public LiveTests()
    {
        _wire = new ScriptedTransport(_time);
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(_time);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddHttpClient("api", http => http.BaseAddress = new Uri("https://api.example/"))
            .AddResilienceHandlers(options => (options.Retry.MaxRetries, options.Retry.Jitter, options.TotalTimeout) = (2, 0, TimeSpan.FromMinutes(10)))
            .ConfigurePrimaryHttpMessageHandler(() => _wire);
        _services = services.BuildServiceProvider();
    }

    [Fact]
    public async Task A_retry_is_told_with_its_number_and_its_wait()
    {
        _wire.Answers(HttpStatusCode.ServiceUnavailable, ScriptedAnswer.Status(429).RetryAfter(5), ScriptedAnswer.Status(200).Text("hello"));

        List<SseItem<string>> events = await EventsAsync();

        events.Select(item => item.EventType).ShouldBe(["retry", "retry", "text", "done"]);
        Json(events[0]).GetProperty("message").GetString().ShouldBe("The service did not answer. Retrying in 1 seconds... (Attempt 1/2)");
        JsonElement second = Json(events[1]);
        second.GetProperty("attempt").GetInt32().ShouldBe(2);
        second.GetProperty("max_retries").GetInt32().ShouldBe(2);
        second.GetProperty("delay").GetDouble().ShouldBeInRange(5, 5.1);
        second.GetProperty("message").GetString().ShouldBe("Rate limit reached. Retrying in 5 seconds... (Attempt 2/2)");
    }

    [Fact]
    public async Task A_call_that_was_given_up_is_told_once_with_its_kind()
    {
        _wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);

        List<SseItem<string>> events = await EventsAsync();

        events.Select(item => item.EventType).ShouldBe(["retry", "retry", "error", "done"]);
        JsonElement error = Json(events[2]);
        error.GetProperty("error").GetString().ShouldBe("Maximum retries exceeded (2 attempts). The service is experiencing high load. Please try again in a few moments.");
        error.GetProperty("type").GetString().ShouldBe("general");
        error.GetProperty("retries").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_fault_of_our_own_is_told_without_its_text()
    {
        _wire.OnEach(_ => ScriptedAnswer.Status(200).Text("hello"));

        List<SseItem<string>> events = await _time.RunAsync(() => CollectAsync(FailAsync()));

        events.Select(item => item.EventType).ShouldBe(["error", "done"]);
        JsonElement error = Json(events[0]);
        error.GetProperty("type").GetString().ShouldBe("unexpected");
        error.GetRawText().ShouldNotContain("secret");
    }

    [Fact]
    public async Task Whoever_leaves_ends_the_call()
    {
        _wire.OnEach(_ => ScriptedAnswer.Status(200).After(TimeSpan.FromHours(1)));

        await _time.RunAsync(async () =>
        {
            using var leave = new CancellationTokenSource(TimeSpan.FromSeconds(2), _time);
            (await CollectAsync(AskAsync(leave.Token), leave.Token)).ShouldBeEmpty();
        });

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
    }

    public void Dispose()
    {
        _services.Dispose();
        _wire.Dispose();
    }

    private Task<List<SseItem<string>>> EventsAsync() => _time.RunAsync(() => CollectAsync(AskAsync(CancellationToken.None)));

    private async IAsyncEnumerable<string> AskAsync([EnumeratorCancellation] CancellationToken aborted)
    {
        using HttpClient http = _services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        yield return await http.GetStringAsync(new Uri("question", UriKind.Relative), aborted);
    }

    private static async IAsyncEnumerable<string> FailAsync()
    {
        await Task.Yield();
        yield return new Uri("no address, but a secret").ToString();
    }

    private async Task<List<SseItem<string>>> CollectAsync(IAsyncEnumerable<string> answer, CancellationToken aborted = default)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { RequestServices = _services, RequestAborted = aborted, Response = { Body = body } };
        await Live.AnswerAsync(context, answer);
        body.Position = 0;
        List<SseItem<string>> events = [];
        await foreach (SseItem<string> item in SseParser.Create(body).EnumerateAsync(CancellationToken.None))
        {
            events.Add(item);
        }

        return events;
    }

    private static JsonElement Json(SseItem<string> item) => JsonDocument.Parse(item.Data).RootElement;
}
