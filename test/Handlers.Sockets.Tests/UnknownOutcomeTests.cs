using System.Diagnostics.CodeAnalysis;
using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>The request was read and no whole answer came: it may have been executed. A read is repeated, a write is not.</summary>
public sealed class UnknownOutcomeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly VirtualTime _time = new();

    public static TheoryData<string, RawEnding> Answers => new()
    {
        { "", RawEnding.Reset },
        { "", RawEnding.Close },
        { "HTTP/1.1 200 OK\r\nContent-Le", RawEnding.Close },
        { "HTTP/1.1 200 OK\r\nContent-Le", RawEnding.Reset },
        { "garbage\r\n\r\n", RawEnding.Close },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    [Trait("Requirement", "B3")]
    public async Task A_write_is_sent_once_and_the_report_says_that_it_may_have_happened(string answer, RawEnding ending)
    {
        await using RawServer server = RawServer.Answer(answer, ending);
        using var app = new SocketApp(server.BaseAddress, Once);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("things");

        await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(request));

        ShouldBeUnknown(request.GetCallReport()!);
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    [Trait("Requirement", "B3")]
    public async Task A_write_that_is_not_answered_in_time_is_sent_once_too()
    {
        await using RawServer server = RawServer.Answer("", RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress, Impatient, time: _time);
        using HttpClient client = app.Create();

        Task<HttpResponseMessage> sending = client.SendAsync(Requests.Post("things"));
        LetTimeOut(() => server.Requests.Count == 1);
        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => sending);

        failure.IsDeadline.ShouldBeFalse();
        ShouldBeUnknown(failure.Report);
        server.Requests.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Answers))]
    [Trait("Requirement", "E1")]
    public async Task A_read_is_repeated(string answer, RawEnding ending)
    {
        await using RawServer server = RawServer.Answer(answer, ending);
        using var app = new SocketApp(server.BaseAddress, Once);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Get("things");

        await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(request));

        request.GetCallReport()!.Attempts.ShouldBe(2);
        app.Attempts.Started.ShouldBe(2);
    }

    [Fact]
    [Trait("Requirement", "E1")]
    public async Task A_read_that_is_not_answered_in_time_is_repeated_too()
    {
        await using RawServer server = RawServer.Answer("", RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress, Impatient, time: _time);
        using HttpClient client = app.Create();
        var seen = new SeenEvents();

        Task<HttpResponseMessage> sending = client.SendAsync(Requests.Get("things", new CallOptions { Progress = seen }));
        LetTimeOut(() => server.Requests.Count == 1);
        LetTimeOut(() => seen.Any(ResilienceEventKind.RetryScheduled));
        LetTimeOut(() => server.Requests.Count == 2);
        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => sending);

        failure.Report.Attempts.ShouldBe(2);
        app.Attempts.Started.ShouldBe(2);
    }

    [Fact]
    public async Task A_write_that_the_deadline_cuts_off_may_have_happened()
    {
        await using RawServer server = RawServer.Answer("", RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress, options => options.TotalTimeout = Limit, time: _time);
        using HttpClient client = app.Create();

        Task<HttpResponseMessage> sending = client.SendAsync(Requests.Post("things"));
        LetTimeOut(() => server.Requests.Count == 1);
        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => sending);

        failure.IsDeadline.ShouldBeTrue();
        failure.Report.MayHaveHappened.ShouldBeTrue();
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    [SuppressMessage("Reliability", "CA2025:Do not pass IDisposable instances into unawaited tasks", Justification = "The task ends before what it uses.")]
    public async Task A_write_that_the_caller_gives_up_on_may_have_happened()
    {
        await using RawServer server = RawServer.Answer("", RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("things");
        using var caller = new CancellationTokenSource();

        Task<HttpResponseMessage> sending = client.SendAsync(request, caller.Token);
        Eventually.Is(() => server.Requests.Count == 1);
        await caller.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => sending);

        request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
    }

    [Fact]
    [Trait("Requirement", "B3")]
    public async Task A_comment_that_was_made_is_not_made_again()
    {
        using var twin = new GitHubTwin(new GitHubTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, Once, name: "github");
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("repos/acme/api/issues/1/comments");
        twin.Inject(new TwinFault(TwinFaultKind.ResetBeforeHeaders) { Times = 1 });

        await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(request));

        request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        twin.Executed.ShouldBe(1);
        twin.DuplicateWrites.ShouldBe(0);
        twin.Early.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "B3")]
    public async Task A_comment_that_was_made_and_not_answered_is_not_made_again()
    {
        using var twin = new GitHubTwin(new GitHubTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, Impatient, name: "github", time: _time);
        using HttpClient client = app.Create();
        twin.Inject(new TwinFault(TwinFaultKind.NoAnswer) { Times = 1 });

        Task<HttpResponseMessage> sending = client.SendAsync(Requests.Post("repos/acme/api/issues/1/comments"));
        LetTimeOut(() => twin.Executed == 1);
        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => sending);

        failure.Report.MayHaveHappened.ShouldBeTrue();
        twin.Executed.ShouldBe(1);
        twin.DuplicateWrites.ShouldBe(0);
        twin.Early.ShouldBe(0);
    }

    [Fact]
    [Trait("Requirement", "B3")]
    public async Task A_503_to_a_comment_is_handed_out_and_one_to_a_read_is_repeated()
    {
        using var twin = new GitHubTwin(new GitHubTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, Once, name: "github");
        using HttpClient client = app.Create();
        using HttpRequestMessage comment = Requests.Post("repos/acme/api/issues/1/comments");
        twin.Inject(new TwinFault(TwinFaultKind.Unavailable) { Times = 1 });

        using HttpResponseMessage refused = await client.SendAsync(comment);
        twin.Inject(new TwinFault(TwinFaultKind.Unavailable) { Times = 1 });
        using HttpResponseMessage read = await client.GetAsync("repos/acme/api");

        refused.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        refused.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        read.StatusCode.ShouldBe(HttpStatusCode.OK);
        read.GetCallReport()!.Attempts.ShouldBe(2);
        twin.Arrived.ShouldBe(3);
        twin.DuplicateWrites.ShouldBe(0);
        twin.Early.ShouldBe(0);
    }

    private static void ShouldBeUnknown(CallReport report)
    {
        report.Attempts.ShouldBe(1);
        report.MayHaveHappened.ShouldBeTrue();
        report.GaveUp.ShouldBe("it may have been executed, and repeating it is not known to be safe");
    }

    private static void Once(ResilienceHandlersOptions options) => options.Retry.MaxRetries = 1;

    private static void Impatient(ResilienceHandlersOptions options)
    {
        Once(options);
        options.AttemptTimeout = Limit;
    }

    /// <summary>Time goes on when the other end has got so far, not before.</summary>
    private void LetTimeOut(Func<bool> arrived)
    {
        Eventually.Is(arrived);
        _time.Advance(Limit);
    }
}
