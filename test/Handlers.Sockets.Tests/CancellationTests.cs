using System.Diagnostics.CodeAnalysis;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>Whatever a call waits for: the caller's cancellation ends it at once, as the caller's own exception.</summary>
public sealed class CancellationTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5); // the waits themselves are 20 s or more

    [Fact]
    public async Task While_connecting()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // elsewhere a full backlog does not make connections hang
        }

        await using RawServer busy = await RawServer.NeverAcceptAsync();
        using var app = new SocketApp(busy.BaseAddress);

        await EndsAtOnceAsync(app, (client, token) => client.GetAsync("things", token), _ => app.Connections == 1);
    }

    [Fact]
    public async Task While_waiting_for_headers()
    {
        await using RawServer silent = RawServer.Answer("", RawEnding.Stall);
        using var app = new SocketApp(silent.BaseAddress);

        await EndsAtOnceAsync(app, (client, token) => client.GetAsync("things", token), _ => silent.Requests.Count == 1);
    }

    [Fact]
    public async Task While_the_client_reads_the_body()
    {
        await using RawServer slow = RawServer.Answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", RawEnding.Stall);
        using var app = new SocketApp(slow.BaseAddress);

        await EndsAtOnceAsync(app, (client, token) => client.GetAsync("things", token), seen => seen.Any(ResilienceEventKind.AttemptEnded));
    }

    [Fact]
    public async Task While_the_caller_reads_the_body()
    {
        await using RawServer slow = RawServer.Answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", RawEnding.Stall);
        using var app = new SocketApp(slow.BaseAddress);

        await EndsAtOnceAsync(app, async (client, token) =>
        {
            using HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
            await using Stream body = await response.Content.ReadAsStreamAsync(CancellationToken.None);
            await body.ReadExactlyAsync(new byte[10], token);
        }, seen => seen.Any(ResilienceEventKind.AttemptEnded));
    }

    [Fact]
    public async Task While_an_error_is_looked_at()
    {
        await using RawServer slow = RawServer.Answer(
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a", RawEnding.Stall);
        using var app = new SocketApp(slow.BaseAddress);

        await EndsAtOnceAsync(app, (client, token) => client.GetAsync("things", token), _ => slow.Requests.Count == 1);
    }

    [Fact]
    public async Task In_the_queue()
    {
        await using RawServer slow = RawServer.Answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", RawEnding.Stall);
        using var app = new SocketApp(slow.BaseAddress, options => options.Pacing.MaxConcurrency = 1);
        using HttpClient first = app.Create();
        using HttpResponseMessage holder = await first.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);

        await EndsAtOnceAsync(app, (client, token) => client.GetAsync("things", token), seen => seen.Any(ResilienceEventKind.Queued));

        slow.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task At_a_closed_gate()
    {
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, options => options.TotalTimeout = TimeSpan.FromMinutes(2));
        twin.Inject(new TwinFault(TwinFaultKind.Outage) { RetryAfter = TimeSpan.FromSeconds(30), Times = 1 });

        await EndsAtOnceAsync(app, (client, token) => client.GetAsync("things", token), seen => seen.Any(ResilienceEventKind.Queued));

        twin.Arrived.ShouldBe(1);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task In_backoff()
    {
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, options =>
        {
            options.TotalTimeout = TimeSpan.FromMinutes(2);
            options.Retry.BaseDelay = TimeSpan.FromSeconds(30);
            options.Retry.MaxDelay = TimeSpan.FromSeconds(30);
        });
        twin.Inject(new TwinFault(TwinFaultKind.Outage));

        await EndsAtOnceAsync(app, (client, token) => client.GetAsync("things", token), seen => seen.Any(ResilienceEventKind.RetryScheduled));

        twin.Arrived.ShouldBe(1);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [SuppressMessage("Reliability", "CA2025:Do not pass IDisposable instances into unawaited tasks", Justification = "The task ends before what it uses.")]
    private static async Task EndsAtOnceAsync(SocketApp app, Func<HttpClient, CancellationToken, Task> send, Func<SeenEvents, bool> isWaiting)
    {
        using HttpClient client = app.Create();
        using var caller = new CancellationTokenSource();
        var seen = new SeenEvents();
        using IDisposable scope = CallOptions.BeginScope(new CallOptions { Progress = seen });
        Task sending = send(client, caller.Token);
        Eventually.Is(() => isWaiting(seen));
        sending.IsCompleted.ShouldBeFalse();

        var elapsed = new Elapsed();
        await caller.CancelAsync();
        Exception? failure = await Record.ExceptionAsync(() => sending);

        elapsed.Now.ShouldBeLessThan(AtOnce);
        failure.ShouldBeAssignableTo<OperationCanceledException>()!.CancellationToken.ShouldBe(caller.Token);
    }
}
