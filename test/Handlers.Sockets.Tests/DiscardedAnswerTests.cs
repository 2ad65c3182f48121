using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>Whoever drops a response disposes it, so that its connection serves the next attempt.</summary>
public sealed class DiscardedAnswerTests
{
    private static readonly TimeSpan Total = TimeSpan.FromSeconds(8);

    [Fact]
    public async Task Refusals_that_are_retried_leave_the_connection_as_it_was()
    {
        const int Calls = 5;
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, options => options.Pacing.MaxConcurrency = 1);
        using HttpClient client = app.Create();

        for (int i = 0; i < Calls; i++)
        {
            twin.Inject(new TwinFault(TwinFaultKind.Unavailable) { Times = 1 });
            using HttpResponseMessage response = await client.GetAsync("things");
            response.StatusCode.ShouldBe(HttpStatusCode.OK);
            response.GetCallReport()!.Attempts.ShouldBe(2);
        }

        app.Connections.ShouldBe(1);
        twin.Arrived.ShouldBe(2 * Calls);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task A_refusal_whose_body_never_ends_holds_nobody_up()
    {
        await using RawServer server = RawServer.Answer("HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"a", RawEnding.Stall);
        var time = new VirtualTime();
        using var app = new SocketApp(
            server.BaseAddress,
            options =>
            {
                options.TotalTimeout = Total;
                options.Retry.MaxRetries = 2;
                options.Pacing.MaxConcurrency = 1;
            },
            time: time);
        using HttpClient client = app.Create();

        Task<HttpResponseMessage> sending = client.SendAsync(Requests.Get("things"));
        Eventually.Is(() => server.Requests.Count == 1);
        time.Advance(Total);

        (await Should.ThrowAsync<CallTimeoutException>(() => sending)).IsDeadline.ShouldBeTrue();
        server.Requests.Count.ShouldBe(1);
    }
}
