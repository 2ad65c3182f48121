using System.Collections.Concurrent;
using System.Net;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>A redirect below rewrites the message; every attempt begins with the request as the caller made it (rule 6).</summary>
public sealed class RedirectTests
{
    private const string Old = "/repos/acme/old";
    private const string New = "/repositories/1";

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    public async Task A_retry_starts_from_the_address_method_and_body_of_the_caller(string method)
    {
        var seen = new ConcurrentQueue<string>();
        var options = new GitHubTwinOptions { ServiceTime = TimeSpan.Zero, Redirects = { [Old] = New } };
        options.Faults.Add(new TwinFault(TwinFaultKind.Outage) { Match = request => Sees(seen, request) });
        options.Faults.Add(new TwinFault(TwinFaultKind.Unavailable) { Match = static request => request.Path == New, Times = 1 });
        using var twin = new GitHubTwin(options);
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, name: "github");
        using HttpClient client = app.Create();
        using var request = new HttpRequestMessage(new HttpMethod(method), Old[1..]);
        request.Content = method == "PUT" ? new StringContent("hello") : null;

        using HttpResponseMessage response = await client.SendAsync(request);

        string body = method == "PUT" ? "hello" : "";
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.GetCallReport()!.Attempts.ShouldBe(2);
        seen.ShouldBe([$"{method} {Old} {body}", $"{method} {New} {body}", $"{method} {Old} {body}", $"{method} {New} {body}"]);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task A_post_that_a_301_turned_into_a_get_is_a_post_again()
    {
        await using RawServer target = RawServer.Answer("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using RawServer moved = RawServer.Answer(Moved(target));
        using var app = new SocketApp(moved.BaseAddress, static options => options.Retry.MaxRetries = 1);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("things", "hello", new CallOptions { Replay = ReplaySafety.Safe });

        using HttpResponseMessage response = await client.SendAsync(request);

        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        moved.Requests.Count.ShouldBe(2);
        moved.Requests.ShouldAllBe(sent => sent.StartsWith("POST /things ") && sent.EndsWith("\r\n\r\nhello"));
        target.Requests.Count.ShouldBe(2);
        target.Requests.ShouldAllBe(sent => sent.StartsWith("GET /elsewhere "));
    }

    [Fact]
    public async Task Gate_and_circuit_belong_to_the_upstream_that_the_caller_named()
    {
        await using RawServer target = RawServer.Answer("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 30\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        await using RawServer moved = RawServer.Answer(Moved(target));
        using var app = new SocketApp(moved.BaseAddress, static options => options.Retry.MaxRetries = 0);
        using HttpClient client = app.Create();
        var atOnce = new CallOptions { MaxWait = TimeSpan.Zero };

        using HttpResponseMessage failed = await client.GetAsync("things");
        CircuitSnapshot circuit = app.Monitor.Circuits.Single();
        using HttpRequestMessage again = Requests.Get("things", atOnce);
        var refused = await Should.ThrowAsync<QuotaRejectedException>(() => client.SendAsync(again));
        using HttpRequestMessage direct = Requests.Get(new Uri(target.BaseAddress, "elsewhere").AbsoluteUri, atOnce);
        using HttpResponseMessage reached = await client.SendAsync(direct);

        failed.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        circuit.Authority.ShouldBe(moved.BaseAddress.GetLeftPart(UriPartial.Authority));
        circuit.Failures.ShouldBe(1);
        refused.RetryAt.ShouldNotBeNull();
        reached.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        moved.Requests.Count.ShouldBe(1);
        target.Requests.Count.ShouldBe(2);
    }

    private static bool Sees(ConcurrentQueue<string> seen, TwinRequest request)
    {
        seen.Enqueue($"{request.Method} {request.Path} {System.Text.Encoding.UTF8.GetString(request.Body.Span)}");
        return false;
    }

    private static string Moved(RawServer target) =>
        $"HTTP/1.1 301 Moved Permanently\r\nLocation: {new Uri(target.BaseAddress, "elsewhere")}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}
