using System.Buffers;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Handlers.AspNetCore.Tests.Support;
using Handlers.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Handlers.AspNetCore.Tests.Status;

public sealed class SnapshotTests
{
    [Fact]
    [Trait("Requirement", "C3")]
    public async Task The_snapshot_shows_clients_circuits_and_quotas_under_a_version()
    {
        await using StatusApp app = await StatusApp.StartAsync(
            clients: ["shop"], settings: [("Retry:MaxRetries", "0"), ("CircuitBreaker:FailureThreshold", "2"), ("Pacing:Limits", "100/hour; window")]);
        app.Wire.OnEach(attempt => attempt.Number == 1 ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable);
        HttpClient client = app.Client("shop");
        for (int i = 0; i < 3; i++)
        {
            (await client.GetAsync("things")).Dispose();
        }

        JsonElement root = await app.Browser.GetFromJsonAsync<JsonElement>("/resilience/snapshot");

        root.GetProperty("version").GetInt32().ShouldBe(1);
        JsonElement shop = root.GetProperty("clients")[0];
        shop.GetProperty("client").GetString().ShouldBe("shop");
        shop.GetProperty("calls").GetInt32().ShouldBe(3);
        shop.GetProperty("failed").GetInt32().ShouldBe(2);
        shop.GetProperty("success_rate").GetDouble().ShouldBe(1 / 3.0, tolerance: 0.001);
        shop.GetProperty("p99").GetDouble().ShouldBeGreaterThan(0);
        JsonElement circuit = root.GetProperty("circuits")[0];
        circuit.GetProperty("state").GetString().ShouldBe("Open");
        circuit.GetProperty("transitions")[0].GetProperty("to").GetString().ShouldBe("Open");
        circuit.GetProperty("open_until").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
        JsonElement quota = root.GetProperty("quotas")[0];
        quota.GetProperty("limits")[0].GetProperty("remaining").GetInt32().ShouldBe(97);
        quota.GetProperty("waiting").GetProperty("normal").GetInt32().ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "D5")]
    public async Task A_limit_is_shown_with_the_time_at_which_it_will_be_used_up()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: [("Pacing:Limits", "100/hour")]);
        app.Wire.OnEach(_ => HttpStatusCode.OK);
        HttpClient client = app.Client("shop");
        (await client.GetAsync("things/0")).Dispose();
        (await SpentAtAsync(app)).ValueKind.ShouldBe(JsonValueKind.Null);
        for (int i = 1; i < 20; i++)
        {
            (await client.GetAsync($"things/{i}")).Dispose();
        }

        JsonElement spentAt = await SpentAtAsync(app);

        spentAt.GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task A_closed_gate_is_shown_with_its_reason()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: [("Retry:MaxRetries", "0")]);
        app.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(600));
        (await app.Client("shop").GetAsync("things")).Dispose();

        JsonElement root = await app.Browser.GetFromJsonAsync<JsonElement>("/resilience/snapshot");

        JsonElement quota = root.GetProperty("quotas").EnumerateArray().Single(q => q.GetProperty("closed_until").ValueKind != JsonValueKind.Null);
        (quota.GetProperty("closed_until").GetDateTimeOffset() - root.GetProperty("at").GetDateTimeOffset()).TotalSeconds.ShouldBe(600, tolerance: 15);
        quota.GetProperty("closed_because").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact]
    public void Of_many_quotas_those_that_are_closed_or_waited_for_are_told()
    {
        var monitor = new CountingMonitor
        {
            Quotas = [.. Enumerable.Range(0, 2000).Select(i => new QuotaSnapshot
            {
                Provider = "shop",
                Account = $"{i}",
                Resource = "*",
                ClosedUntil = i == 1998 ? DateTimeOffset.UnixEpoch : null,
                WaitingNormal = i == 1999 ? 1 : 0,
            })],
        };
        var written = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(written))
        {
            StatusJson.Snapshot(json, monitor, DateTimeOffset.UnixEpoch, "run");
        }

        JsonElement root = JsonDocument.Parse(written.WrittenMemory).RootElement;

        root.GetProperty("quotas").GetArrayLength().ShouldBe(500);
        root.GetProperty("quotas").EnumerateArray().Take(3).Select(quota => quota.GetProperty("account").GetString()).ShouldBe(["1998", "1999", "0"]);
        root.GetProperty("quotas_total").GetInt32().ShouldBe(2000);
        root.GetProperty("circuits_total").GetInt32().ShouldBe(0);
    }

    [Fact]
    public void The_history_keeps_fifteen_minutes_in_steps()
    {
        var time = new VirtualTime();
        var monitor = new CountingMonitor();
        using var history = new StatusHistory(() => monitor, time, NullLogger.Instance);

        for (int i = 0; i < 100; i++)
        {
            monitor.Calls += 7;
            time.Advance(StatusHistory.Step);
        }

        (string client, IReadOnlyList<HistoryPoint> points) = history.All().Single();
        client.ShouldBe("shop");
        points.Count.ShouldBe(StatusHistory.Points);
        points.ShouldAllBe(point => point.Calls == 7);
        (points[^1].At - points[0].At).ShouldBe(TimeSpan.FromSeconds(890));
    }

    [Fact]
    public void The_history_ends_with_a_container_that_is_disposed_without_a_host_that_stops()
    {
        var time = new VirtualTime();
        ServiceProvider services = new ServiceCollection().AddSingleton<IResilienceMonitor>(new CountingMonitor()).BuildServiceProvider();
        using var history = new StatusHistory(services.GetRequiredService<IResilienceMonitor>, time, NullLogger.Instance);
        time.Advance(StatusHistory.Step);
        time.ActiveTimers.ShouldBe(1);

        services.Dispose();
        time.Advance(StatusHistory.Step);

        time.ActiveTimers.ShouldBe(0);
        history.All().ShouldHaveSingleItem().Points.Count.ShouldBe(1);
    }

    [Fact]
    public async Task No_secret_is_on_the_page_in_the_snapshot_or_among_the_events()
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], settings: [("Retry:MaxRetries", "1"), ("Retry:BaseDelay", "00:00:00.010")]);
        app.Wire.OnEach(_ => ScriptedAnswer.Status(503).Text("c4n4ry"));
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/resilience/events");
        await events.UntilAsync("hello");
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/bot99:c4n4ry/send?key=c4n4ry#c4n4ry");
        request.Headers.Add("Authorization", "Bearer c4n4ry");
        request.Headers.Add("Cookie", "session=c4n4ry");

        (await app.Client("shop").SendAsync(request)).Dispose();

        string told = "";
        for (string? name = null; name != "done";)
        {
            System.Net.ServerSentEvents.SseItem<string> next = await events.NextAsync();
            told += next.Data;
            name = next.EventType;
        }

        told += await app.Browser.GetStringAsync("/resilience");
        told += await app.Browser.GetStringAsync("/resilience/snapshot");
        told += await app.Browser.GetStringAsync("/resilience/history");
        told.ShouldContain("shop");
        told.ShouldNotContain("c4n4ry");
    }

    private static async Task<JsonElement> SpentAtAsync(StatusApp app)
    {
        JsonElement root = await app.Browser.GetFromJsonAsync<JsonElement>("/resilience/snapshot");
        return root.GetProperty("quotas")[0].GetProperty("limits")[0].GetProperty("spent_at");
    }

    private sealed class CountingMonitor : IResilienceMonitor
    {
        public long Calls { get; set; }

        public IReadOnlyList<CircuitSnapshot> Circuits => [];

        public IReadOnlyList<CircuitSnapshot> OpenCircuits => [];

        public IReadOnlyList<QuotaSnapshot> Quotas { get; init; } = [];

        public IReadOnlyList<ClientSnapshot> Clients => [new ClientSnapshot { Client = "shop", Calls = Calls }];

        public IAsyncEnumerable<ResilienceEvent> Watch(CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IReadOnlyList<WaitSnapshot> Explain(string? client = null, int most = 100) => [];

        public WaitSnapshot? Explain(HttpRequestMessage request) => null;

        public void Isolate(string client, string? authority = null) => throw new NotSupportedException();

        public void Reset(string client, string? authority = null) => throw new NotSupportedException();
    }
}
