using System.Net;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Handlers.Testing;
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

        List<SseItem<object>> events = await EventsAsync();

        events.Select(item => item.EventType).ShouldBe(["retry", "retry", "queued", "text", "done"]);
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

        List<SseItem<object>> events = await EventsAsync();

        events.Select(item => item.EventType).ShouldBe(["retry", "retry", "error"]);
        JsonElement error = Json(events[^1]);
        error.GetProperty("error").GetString().ShouldBe("Maximum retries exceeded (2 attempts). The service is experiencing high load. Please try again in a few moments.");
        error.GetProperty("type").GetString().ShouldBe("general");
        error.GetProperty("retries").GetInt32().ShouldBe(2);
    }

    [Fact]
    public async Task A_fault_of_our_own_is_told_without_its_text()
    {
        _wire.OnEach(_ => ScriptedAnswer.Status(200).Text("hello"));

        List<SseItem<object>> events = await _time.RunAsync(() => CollectAsync(_ => throw new InvalidOperationException("secret")));

        JsonElement error = Json(events.ShouldHaveSingleItem());
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
            await Should.ThrowAsync<OperationCanceledException>(() => CollectAsync(AskAsync, leave.Token));
        });

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
    }

    public void Dispose()
    {
        _services.Dispose();
        _wire.Dispose();
    }

    private Task<List<SseItem<object>>> EventsAsync() => _time.RunAsync(() => CollectAsync(AskAsync));

    private async IAsyncEnumerable<string> AskAsync([EnumeratorCancellation] CancellationToken aborted)
    {
        using HttpClient http = _services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        yield return await http.GetStringAsync(new Uri("question", UriKind.Relative), aborted);
    }

    private static async Task<List<SseItem<object>>> CollectAsync(Func<CancellationToken, IAsyncEnumerable<string>> answer, CancellationToken aborted = default)
    {
        List<SseItem<object>> events = [];
        await foreach (SseItem<object> item in Live.EventsAsync("api", answer, aborted))
        {
            events.Add(item);
        }

        return events;
    }

    private static JsonElement Json(SseItem<object> item) => JsonSerializer.SerializeToElement(item.Data);
}
