using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary><see cref="HttpClient.Send(HttpRequestMessage)"/> through the whole chain.</summary>
public sealed class SynchronousSendTests
{
    [Fact]
    public async Task Retries()
    {
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, options => options.Pacing.MaxConcurrency = 1);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Get("things");
        twin.Inject(new TwinFault(TwinFaultKind.Unavailable) { Times = 2 });

        using HttpResponseMessage response = client.Send(request);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.GetCallReport()!.Attempts.ShouldBe(3);
        app.Connections.ShouldBe(1);
        twin.Arrived.ShouldBe(3);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task Waits_at_the_gate_that_a_refusal_closed()
    {
        var window = TimeSpan.FromSeconds(2); // long enough for the second to come within it, also on a busy machine
        var options = new GenericTwinOptions { ServiceTime = TimeSpan.Zero, Limits = { new TwinLimit("calls", 1, window) } };
        using var twin = new GenericTwin(options);
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress);
        using HttpClient client = app.Create();
        using HttpRequestMessage first = Requests.Get("things");
        using HttpRequestMessage second = Requests.Post("things");
        var elapsed = new Elapsed();

        using HttpResponseMessage read = client.Send(first);
        using HttpResponseMessage written = client.Send(second);

        written.StatusCode.ShouldBe(HttpStatusCode.Created);
        written.GetCallReport()!.Attempts.ShouldBe(2);
        elapsed.Now.ShouldBeGreaterThanOrEqualTo(window);
        twin.Refused.ShouldBe(1);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task Gives_up_when_the_caller_does()
    {
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress);
        using HttpClient client = app.Create();
        var seen = new SeenEvents();
        using HttpRequestMessage request = Requests.Get("things", new CallOptions { Progress = seen });
        twin.Inject(new TwinFault(TwinFaultKind.Outage) { RetryAfter = TimeSpan.FromSeconds(10) });
        using var caller = new CancellationTokenSource();

        Task<HttpResponseMessage> sending = Task.Run(() => client.Send(request, caller.Token));
        Eventually.Is(() => seen.Any(ResilienceEventKind.Queued));
        await caller.CancelAsync();
        var elapsed = new Elapsed();
        OperationCanceledException failure = await Should.ThrowAsync<OperationCanceledException>(() => sending);

        elapsed.Now.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        failure.CancellationToken.ShouldBe(caller.Token);
        twin.Arrived.ShouldBe(1);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }
}
