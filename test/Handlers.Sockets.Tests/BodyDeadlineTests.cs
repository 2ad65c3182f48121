using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>One deadline per call, over the body too; what the call holds comes back then (rules 4 and 12).</summary>
[Trait("Requirement", "E7")]
public sealed class BodyDeadlineTests : IAsyncLifetime
{
    private static readonly TimeSpan Total = TimeSpan.FromSeconds(1);

    // Timers fire up to a few milliseconds early; past the deadline no call lives longer than this over sockets, on a machine whose own timers are on time.
    private static readonly TimeSpan Early = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Late = TimeSpan.FromMilliseconds(250);

    /// <summary>The first call of a process takes its time; the tests below are about the others.</summary>
    public async Task InitializeAsync()
    {
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host);
        using HttpClient client = app.Create();
        await client.GetStringAsync("warm-up");
        twin.Inject(new TwinFault(TwinFaultKind.StalledBody) { Times = 1 });
        using HttpRequestMessage request = Requests.Get("warm-up", new CallOptions { Deadline = TimeSpan.FromMilliseconds(200) });
        await Record.ExceptionAsync(() => client.SendAsync(request));
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [InlineData(HttpCompletionOption.ResponseContentRead)]
    [InlineData(HttpCompletionOption.ResponseHeadersRead)]
    public async Task A_body_that_stalls_ends_at_the_deadline_and_gives_back_its_slot(HttpCompletionOption completion)
    {
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host);
        using HttpClient client = app.Create();
        twin.Inject(new TwinFault(TwinFaultKind.StalledBody) { Times = 1 });
        using HttpRequestMessage request = Short();
        var elapsed = new Elapsed();
        Task<TimeSpan> bareTimer = elapsed.AfterAsync(Total);

        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(async () =>
        {
            using HttpResponseMessage response = await client.SendAsync(request, completion);
            await response.Content.ReadAsStringAsync();
        });
        TimeSpan ended = elapsed.Now;
        using HttpResponseMessage next = await client.GetAsync("things");

        failure.IsDeadline.ShouldBeTrue();
        failure.Limit.ShouldBe(Total);
        ended.ShouldBeInRange(Total - Early, await bareTimer + Late);
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        twin.Arrived.ShouldBe(2);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task Headers_that_never_come_end_at_the_deadline()
    {
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host);
        using HttpClient client = app.Create();
        twin.Inject(new TwinFault(TwinFaultKind.NoAnswer) { Times = 1 });
        using HttpRequestMessage request = Short();
        var elapsed = new Elapsed();
        Task<TimeSpan> bareTimer = elapsed.AfterAsync(Total);

        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(request));
        TimeSpan ended = elapsed.Now;
        using HttpResponseMessage next = await client.GetAsync("things");

        failure.IsDeadline.ShouldBeTrue();
        ended.ShouldBeInRange(Total - Early, await bareTimer + Late);
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

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
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host);
        using HttpClient client = app.Create();
        twin.Inject(new TwinFault(TwinFaultKind.StalledBody) { Times = 1 });
        using HttpRequestMessage request = Short();

        using HttpResponseMessage forgotten = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using HttpResponseMessage next = await client.GetAsync("things");

        next.StatusCode.ShouldBe(HttpStatusCode.OK);
        next.GetCallReport()!.Waited.ShouldBeGreaterThan(TimeSpan.Zero);
        (await Should.ThrowAsync<CallTimeoutException>(() => forgotten.Content.ReadAsStringAsync())).IsDeadline.ShouldBeTrue();
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task A_body_read_synchronously_ends_at_the_deadline_too()
    {
        using GenericTwin twin = Twin();
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using SocketApp app = OneAtATime(host);
        using HttpClient client = app.Create();
        twin.Inject(new TwinFault(TwinFaultKind.StalledBody) { Times = 1 });
        using HttpRequestMessage request = Short();
        var elapsed = new Elapsed();
        Task<TimeSpan> bareTimer = elapsed.AfterAsync(Total);

        CallTimeoutException failure = Should.Throw<CallTimeoutException>(() =>
        {
            using HttpResponseMessage response = client.Send(request, HttpCompletionOption.ResponseHeadersRead);
            using Stream stream = response.Content.ReadAsStream();
            stream.CopyTo(Stream.Null);
        });
        TimeSpan ended = elapsed.Now;
        using HttpResponseMessage next = await client.GetAsync("things");

        failure.IsDeadline.ShouldBeTrue();
        ended.ShouldBeInRange(Total - Early, await bareTimer + Late);
        next.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static GenericTwin Twin() => new(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });

    // Only the calls under test have so short a deadline: what is sent before and after them may take its time.
    private static SocketApp OneAtATime(TwinHost host, TimeSpan? total = null) => new(host.BaseAddress, options =>
    {
        options.TotalTimeout = total ?? TimeSpan.FromSeconds(20);
        options.Pacing.MaxConcurrency = 1;
    });

    private static HttpRequestMessage Short() => Requests.Get("things", new CallOptions { Deadline = Total });
}
