using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>The request was read and no whole answer came: it may have been executed. A read is repeated, a write is not.</summary>
public sealed class UnknownOutcomeTests
{
    // The server has to have read the request by then, also on a busy machine.
    private static readonly TimeSpan EnoughToArrive = TimeSpan.FromSeconds(1);

    public static TheoryData<string, RawEnding> Answers => new()
    {
        { "", RawEnding.Reset },
        { "", RawEnding.Close },
        { "HTTP/1.1 200 OK\r\nContent-Le", RawEnding.Close },
        { "HTTP/1.1 200 OK\r\nContent-Le", RawEnding.Reset },
        { "garbage\r\n\r\n", RawEnding.Close },
        { "", RawEnding.Stall },
    };

    [Theory]
    [MemberData(nameof(Answers))]
    [Trait("Requirement", "B3")]
    public async Task A_write_is_sent_once_and_the_report_says_that_it_may_have_happened(string answer, RawEnding ending)
    {
        await using RawServer server = RawServer.Answer(answer, ending);
        using var app = new SocketApp(server.BaseAddress, ending == RawEnding.Stall ? Impatient : Once);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("things");

        HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(request));

        CallReport report = request.GetCallReport()!;
        report.Attempts.ShouldBe(1);
        report.MayHaveHappened.ShouldBeTrue();
        report.GaveUp.ShouldBe("it may have been executed, and repeating it is not known to be safe");
        server.Requests.Count.ShouldBe(1);
        if (ending == RawEnding.Stall)
        {
            CallTimeoutException timeout = failure.ShouldBeOfType<CallTimeoutException>();
            timeout.IsDeadline.ShouldBeFalse();
            timeout.Report.MayHaveHappened.ShouldBeTrue();
        }
    }

    [Theory]
    [MemberData(nameof(Answers))]
    [Trait("Requirement", "E1")]
    public async Task A_read_is_repeated(string answer, RawEnding ending)
    {
        await using RawServer server = RawServer.Answer(answer, ending);
        using var app = new SocketApp(server.BaseAddress, ending == RawEnding.Stall ? Impatient : Once);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Get("things");

        await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(request));

        request.GetCallReport()!.Attempts.ShouldBe(2);
        app.Attempts.Started.ShouldBe(2);
    }

    [Fact]
    public async Task A_write_that_the_deadline_cuts_off_may_have_happened()
    {
        await using RawServer server = RawServer.Answer("", RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress, options => options.TotalTimeout = EnoughToArrive);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("things");

        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => client.SendAsync(request));

        failure.IsDeadline.ShouldBeTrue();
        failure.Report.MayHaveHappened.ShouldBeTrue();
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_write_that_the_caller_gives_up_on_may_have_happened()
    {
        await using RawServer server = RawServer.Answer("", RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("things");
        using var patience = new CancellationTokenSource(EnoughToArrive, TimeProvider.System);

        await Should.ThrowAsync<OperationCanceledException>(() => client.SendAsync(request, patience.Token));

        request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
    }

    [Theory]
    [InlineData(TwinFaultKind.ResetBeforeHeaders)]
    [InlineData(TwinFaultKind.NoAnswer)]
    [Trait("Requirement", "B3")]
    public async Task A_comment_that_was_made_is_not_made_again(TwinFaultKind fault)
    {
        using var twin = new GitHubTwin(new GitHubTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, Impatient, name: "github");
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("repos/acme/api/issues/1/comments");
        twin.Inject(new TwinFault(fault) { Times = 1 });

        await Should.ThrowAsync<HttpRequestException>(() => client.SendAsync(request));

        request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
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
        using var app = new SocketApp(host.BaseAddress, Impatient, name: "github");
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

    private static void Once(ResilienceHandlersOptions options) => options.Retry.MaxRetries = 1;

    private static void Impatient(ResilienceHandlersOptions options)
    {
        Once(options);
        options.AttemptTimeout = EnoughToArrive;
    }
}
