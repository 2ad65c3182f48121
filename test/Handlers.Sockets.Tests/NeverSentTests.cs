using System.Diagnostics.CodeAnalysis;
using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>What was never sent can't have been executed: a write is repeated.</summary>
[Trait("Requirement", "E1")]
public sealed class NeverSentTests
{
    [Fact]
    public async Task A_name_that_can_not_be_resolved()
    {
        using var app = new SocketApp(new Uri("http://nonexistent.invalid/"), OneRetry);

        Exception failure = await PostTwiceAsync(app);

        // A machine without a resolver says "try again", which is a connection error.
        failure.ShouldBeOfType<HttpRequestException>().HttpRequestError.ShouldBeOneOf(HttpRequestError.NameResolutionError, HttpRequestError.ConnectionError);
    }

    [Fact]
    public async Task A_connection_that_is_refused()
    {
        using var app = new SocketApp(RawServer.ClosedPort(), OneRetry);

        Exception failure = await PostTwiceAsync(app);

        failure.ShouldBeOfType<HttpRequestException>().HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        app.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task A_connection_that_takes_too_long()
    {
        if (!OperatingSystem.IsLinux())
        {
            return; // elsewhere a full backlog does not make connections hang
        }

        await using RawServer busy = await RawServer.NeverAcceptAsync();
        using var app = new SocketApp(busy.BaseAddress, OneRetry, sockets => sockets.ConnectTimeout = TimeSpan.FromMilliseconds(150));

        Exception failure = await PostTwiceAsync(app);

        failure.ShouldBeOfType<TaskCanceledException>().InnerException.ShouldBeOfType<TimeoutException>();
    }

    [Fact]
    public async Task A_TLS_handshake_that_fails()
    {
        await using RawServer plain = RawServer.Unread();
        using var app = new SocketApp(new UriBuilder(plain.BaseAddress) { Scheme = Uri.UriSchemeHttps }.Uri, OneRetry);

        Exception failure = await PostTwiceAsync(app);

        failure.ShouldBeOfType<HttpRequestException>().HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
        plain.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task A_proxy_that_refuses_the_tunnel()
    {
        await using RawServer proxy = RawServer.Answer("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n");
        using var app = new SocketApp(new Uri("https://api.invalid/"), OneRetry, sockets =>
        {
            sockets.UseProxy = true;
            sockets.Proxy = new WebProxy(proxy.BaseAddress);
        });

        Exception failure = await PostTwiceAsync(app);

        failure.ShouldBeOfType<HttpRequestException>().HttpRequestError.ShouldBe(HttpRequestError.ProxyTunnelError);
        proxy.Requests.ShouldAllBe(request => request.StartsWith("CONNECT api.invalid:443 "));
        proxy.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_version_that_the_server_does_not_speak()
    {
        await using var server = new Http1TlsServer();
        using var app = new SocketApp(
            server.BaseAddress,
            OneRetry,
            sockets => sockets.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => server.IsOurs(certificate));

        Exception failure = await PostTwiceAsync(app, request =>
        {
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        });

        failure.ShouldBeOfType<HttpRequestException>().HttpRequestError.ShouldBe(HttpRequestError.VersionNegotiationError);
        server.BytesRead.ShouldBe(0);
    }

    [Fact]
    [SuppressMessage("Reliability", "CA2025:Do not pass IDisposable instances into unawaited tasks", Justification = "The task ends before what it uses.")]
    public async Task The_write_happens_once_when_the_port_opens_again()
    {
        using var twin = new GenericTwin(new GenericTwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, options =>
        {
            options.Retry.Backoff = BackoffKind.Constant;
            options.Retry.BaseDelay = TimeSpan.FromMilliseconds(100);
            options.Retry.MaxRetries = 100;
            options.Retry.BudgetMinimum = 100;
            options.CircuitBreaker.Enabled = false;
        });
        using HttpClient client = app.Create();
        var seen = new SeenEvents();
        using HttpRequestMessage request = Requests.Post("things", options: new CallOptions { Progress = seen });
        await host.CloseAsync(twin);

        Task<HttpResponseMessage> sending = client.SendAsync(request);
        Eventually.Is(() => seen.Any(ResilienceEventKind.RetryScheduled));
        await host.ReopenAsync(twin);
        using HttpResponseMessage response = await sending;

        response.StatusCode.ShouldBe(HttpStatusCode.Created);
        response.GetCallReport()!.Attempts.ShouldBeGreaterThan(1);
        twin.Executed.ShouldBe(1);
        twin.DuplicateWrites.ShouldBe(0);
        twin.Early.ShouldBe(0);
    }

    private static void OneRetry(ResilienceHandlersOptions options) => options.Retry.MaxRetries = 1;

    private static async Task<Exception> PostTwiceAsync(SocketApp app, Action<HttpRequestMessage>? change = null)
    {
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("things");
        change?.Invoke(request);

        Exception? failure = await Record.ExceptionAsync(() => client.SendAsync(request));

        CallReport report = request.GetCallReport()!;
        report.Attempts.ShouldBe(2);
        report.GaveUp.ShouldBe("all retries are used");
        report.MayHaveHappened.ShouldBeFalse();
        app.Attempts.Started.ShouldBe(2);
        return failure.ShouldNotBeNull();
    }
}
