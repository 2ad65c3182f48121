using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Handlers.AspNetCore.Tests.Support;
using Handlers.Testing;

namespace Handlers.AspNetCore.Tests.Events;

public sealed class EventsEndpointTests
{
    private static readonly (string Option, string Value)[] Quick =
        [("Retry:BaseDelay", "00:00:00.020"), ("Retry:Jitter", "0"), ("Retry:MaxRetries", "3")];

    [Fact]
    [Trait("Requirement", "D2")]
    [Trait("Requirement", "D3")]
    public async Task Retries_waits_and_failures_come_with_cause_and_delay()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: Quick);
        app.Wire.OnEach(_ => HttpStatusCode.ServiceUnavailable);
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/resilience/events");
        await events.UntilAsync("hello");

        (await app.Client("shop").GetAsync("things")).Dispose();

        events.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        JsonElement retry = (await events.UntilAsync("retry")).Data;
        (retry.GetProperty("attempt").GetInt32(), retry.GetProperty("max_retries").GetInt32()).ShouldBe((1, 3));
        retry.GetProperty("delay").GetDouble().ShouldBe(0.02, tolerance: 0.0001);
        retry.GetProperty("message").GetString().ShouldBe("The service did not answer. Retrying in 1 seconds... (Attempt 1/3)");
        retry.GetProperty("cause").GetString().ShouldNotBeNullOrEmpty();
        JsonElement error = (await events.UntilAsync("error")).Data;
        error.GetProperty("error").GetString().ShouldStartWith("Maximum retries exceeded (3 attempts).");
        (error.GetProperty("type").GetString(), error.GetProperty("retries").GetInt32()).ShouldBe(("general", 3));
        JsonElement done = (await events.UntilAsync("done")).Data;
        (done.GetProperty("client").GetString(), done.GetProperty("operation").GetString()).ShouldBe(("shop", "GET /things"));
    }

    [Fact]
    public async Task A_reader_who_comes_back_goes_on_where_he_was()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: Quick);
        HttpClient client = app.Client("shop");
        string seen;
        await using (SseReader first = await SseReader.OpenAsync(app.Browser, "/resilience/events"))
        {
            await first.UntilAsync("hello");
            (await client.GetAsync("one")).Dispose();
            await first.UntilAsync("done");
            seen = first.Parser.LastEventId;
        }

        (await client.GetAsync("two")).Dispose();
        await using SseReader again = await SseReader.OpenAsync(app.Browser, "/resilience/events", seen);

        (await again.UntilAsync("attempt")).Data.GetProperty("operation").GetString().ShouldBe("GET /two");
    }

    [Fact]
    public async Task An_id_of_another_run_starts_with_what_comes_next()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: Quick);
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/resilience/events", "deadbeef-17");
        await events.UntilAsync("hello");

        (await app.Client("shop").GetAsync("one")).Dispose();

        (await events.UntilAsync("attempt")).Data.GetProperty("call").GetInt32().ShouldBe(1);
    }

    [Fact]
    public async Task Markup_in_an_event_is_escaped()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: Quick);
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/resilience/events");
        await events.UntilAsync("hello");

        (await app.Client("shop").GetAsync("<script>alert(1)</script>")).Dispose();

        SseItem<string> next = await events.NextAsync();
        next.Data.ShouldNotContain("<");
    }

    [Fact]
    public void Calls_pay_for_events_only_while_somebody_reads_and_a_while_longer()
    {
        var time = new VirtualTime();
        using var feed = new EventFeed(new SilentMonitor(), time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);

        feed.IsWatching.ShouldBeFalse();
        feed.Join();
        feed.IsWatching.ShouldBeTrue();
        feed.Leave();
        time.Advance(EventFeed.Linger - TimeSpan.FromSeconds(1));
        feed.IsWatching.ShouldBeTrue();
        time.Advance(TimeSpan.FromSeconds(2));

        feed.IsWatching.ShouldBeFalse();
    }

    [Fact]
    public void A_slow_reader_goes_on_with_the_oldest_there_is_and_learns_what_he_lost()
    {
        var ring = new EventRing();
        for (int i = 0; i < EventRing.Capacity + 10; i++)
        {
            ring.Add(number => BitConverter.GetBytes(number));
        }

        long cursor = 0;
        (IReadOnlyList<byte[]> frames, long lost, _) = ring.After(ref cursor);

        lost.ShouldBe(10);
        BitConverter.ToInt64(frames[0]).ShouldBe(11);
        cursor.ShouldBe(10 + frames.Count);
        (_, lost, _) = ring.After(ref cursor);
        lost.ShouldBe(0);
    }

    [Fact]
    public async Task Readers_who_do_not_read_hold_up_nobody()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: [("Pacing:Limits", "none")]);
        List<HttpResponseMessage> silent = [];
        for (int i = 0; i < 50; i++)
        {
            silent.Add(await app.Browser.GetAsync("/resilience/events", HttpCompletionOption.ResponseHeadersRead));
        }

        HttpClient client = app.Client("shop");
        for (int i = 0; i < 3000; i++)
        {
            (await client.GetAsync("things")).Dispose();
        }

        await using SseReader reader = await SseReader.OpenAsync(app.Browser, "/resilience/events");
        await reader.UntilAsync("hello");
        (await client.GetAsync("last")).Dispose();
        string? operation;
        do
        {
            // What is told of the calls before may still be on its way.
            operation = (await reader.UntilAsync("done")).Data.GetProperty("operation").GetString();
        }
        while (operation == "GET /things");

        operation.ShouldBe("GET /last");
        app.Monitor.Clients.Single().Calls.ShouldBe(3001);
        silent.ForEach(response => response.Dispose());
    }

    [Fact]
    public async Task Who_has_read_everything_is_woken_by_the_next()
    {
        var ring = new EventRing();
        long cursor = 0;
        (IReadOnlyList<byte[]> frames, _, Task more) = ring.After(ref cursor);
        frames.ShouldBeEmpty();

        ring.Add(_ => [1]);

        await more.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        ring.After(ref cursor).Frames.Count.ShouldBe(1);
    }

    private sealed class SilentMonitor : IResilienceMonitor
    {
        public IReadOnlyList<CircuitSnapshot> Circuits => [];

        public IReadOnlyList<CircuitSnapshot> OpenCircuits => [];

        public IReadOnlyList<QuotaSnapshot> Quotas => [];

        public IReadOnlyList<ClientSnapshot> Clients => [];

        public async IAsyncEnumerable<ResilienceEvent> Watch([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            yield break;
        }

        public IReadOnlyList<WaitSnapshot> Explain(string? client = null, int most = 100) => [];

        public WaitSnapshot? Explain(HttpRequestMessage request) => null;

        public void Isolate(string client, string? authority = null) => throw new NotSupportedException();

        public void Reset(string client, string? authority = null) => throw new NotSupportedException();
    }
}
