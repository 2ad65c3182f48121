using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>One deadline per call, over the body too; what the call holds comes back then (rules 4 and 12).</summary>
[Trait("Requirement", "E7")]
public sealed class BodyDeadlineTests
{
    private static readonly TimeSpan Total = TimeSpan.FromSeconds(1);

    // Timers fire up to a few milliseconds early; past the deadline no call lives longer than this over sockets.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(250);

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public Task A_body_that_stalls_ends_at_the_deadline_and_gives_back_its_slot(HttpCompletionOption completion) =>
        EndsAtTheDeadlineAsync(TwinFaultKind.StalledBody, async (client, request) =>
        {
            using HttpResponseMessage response = await client.SendAsync(request, completion);
            await response.Content.ReadAsStringAsync();
        });

    [Fact]
    public Task Headers_that_never_come_end_at_the_deadline() =>
        EndsAtTheDeadlineAsync(TwinFaultKind.NoAnswer, (client, request) => client.SendAsync(request));

    [Fact]
    public Task A_body_read_synchronously_ends_at_the_deadline_too() =>
        EndsAtTheDeadlineAsync(TwinFaultKind.StalledBody, (client, request) =>
        {
            using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            using Stream stream = response.Content.ReadAsStream();
            stream.CopyTo(Stream.Null);
            return Task.CompletedTask;
        });

    [Fact]
    public async Task A_body_that_is_disposed_unread_gives_back_its_slot_at_once()
    {
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host, Timeout.InfiniteTimeSpan);
        using HttpClient client = app.Create();
        twin.Inject(new TwinFault(TwinFaultKind.StalledBody) { Times = 1 });
        using HttpRequestMessage next = Requests.Get("things", new CallOptions { MaxWait = TimeSpan.Zero });

        HttpResponseMessage response = await client.GetAsync("things", HttpCompletionOption.ResponseHeadersRead);
        response.Dispose();
        using HttpResponseMessage answer = await client.SendAsync(next);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_that_nobody_reads_gives_back_its_slot_at_the_deadline()
    {
        var time = new VirtualTime();
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host, time: time);
        using HttpClient client = app.Create();
        twin.Inject(new TwinFault(TwinFaultKind.StalledBody) { Times = 1 });
        using HttpRequestMessage request = Short();
        var seen = new SeenEvents();

        using HttpResponseMessage forgotten = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Task<HttpResponseMessage> waiting = client.SendAsync(Requests.Get("things", new CallOptions { Progress = seen }));
        Eventually.Is(() => seen.Any(ResilienceEventKind.Queued));
        time.Advance(Total);
        using HttpResponseMessage next = await waiting;

        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        next.GetCallReport()!.Waited.ShouldBe(Total);
        (await Should.ThrowAsync<CallTimeoutException>(() => forgotten.Content.ReadAsStringAsync())).IsDeadline.ShouldBeTrue();
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    /// <summary>Never early, and in time at least once: what the library makes late is late each time, what a busy machine makes late is not.</summary>
    private static async Task EndsAtTheDeadlineAsync(TwinFaultKind fault, Func<HttpClient, HttpRequestMessage, Task> call)
    {
        const int Tries = 8;
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host);
        using HttpClient client = app.Create();
        TimeSpan ended = TimeSpan.MaxValue;

        for (int i = 1; i <= Tries && ended > Total + Late; i++)
        {
            twin.Inject(new TwinFault(fault) { Times = 1 });
            using HttpRequestMessage request = Short();
            var elapsed = new Elapsed();

            CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => call(client, request));
            ended = elapsed.Now;
            using HttpResponseMessage next = await client.GetAsync("things");

            (failure.IsDeadline, failure.Limit).ShouldBe((true, Total));
            ended.ShouldBeGreaterThanOrEqualTo(Total - Early);
            next.StatusCode.ShouldBe(HttpStatusCode.OK);
            twin.Arrived.ShouldBe(2 * i);
        }

        ended.ShouldBeLessThanOrEqualTo(Total + Late);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    private static GenericTwin Twin() => new(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });

    // Only the calls under test have so short a deadline: what is sent before and after them may take its time.
    private static SocketApp OneAtATime(TwinHost host, TimeSpan? total = null, TimeProvider? time = null) => new(
        host.BaseAddress,
        options =>
        {
            options.TotalTimeout = total ?? TimeSpan.FromSeconds(20);
            options.Pacing.MaxConcurrency = 1;
        },
        time: time);

    private static HttpRequestMessage Short() => Requests.Get("things", new CallOptions { Deadline = Total });
}
