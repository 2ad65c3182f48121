using System.Text;
using Handlers.Sockets.Tests.Support;
using Handlers.Testing;
using Handlers.Testing.Hosting;

namespace Handlers.Sockets.Tests;

/// <summary>An event stream stays one: it is bounded by silence alone, and its slot is held until its end.</summary>
[Trait("Requirement", "D4")]
public sealed class StreamTests
{
    private const string Chat = """{"model":"gpt-5","stream":true,"messages":[{"role":"user","content":"hello"}]}""";
    private const string OneEvent = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n";

    private static readonly TimeSpan Total = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_stream_outlives_the_total_timeout()
    {
        var time = new VirtualTime();
        using var twin = new OpenAITwin(new OpenAITwinOptions { ServiceTime = TimeSpan.Zero, StreamPieces = 5, StreamInterval = TimeSpan.FromMilliseconds(20) });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, options => options.TotalTimeout = Total, name: "openai", time: time);
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("chat/completions", Chat);

        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        time.Advance(2 * Total);
        string events = await response.Content.ReadAsStringAsync();

        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        events.ShouldEndWith("data: [DONE]\n\n");
        twin.Arrived.ShouldBe(1);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Fact]
    public async Task The_first_event_comes_although_the_last_never_does_and_silence_ends_the_stream()
    {
        var silence = TimeSpan.FromSeconds(30);
        var time = new VirtualTime();
        await using RawServer server = RawServer.Answer(OneEvent, RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress, options => (options.BodyIdleTimeout, options.TotalTimeout) = (silence, Total), time: time);
        using HttpClient client = app.Create();

        using HttpResponseMessage response = await client.GetAsync("events", HttpCompletionOption.ResponseHeadersRead);
        await using Stream stream = await response.Content.ReadAsStreamAsync();
        byte[] first = new byte[9];
        await stream.ReadExactlyAsync(first);
        Task<int> next = stream.ReadAsync(new byte[1]).AsTask();
        time.Advance(silence);
        CallTimeoutException failure = await Should.ThrowAsync<CallTimeoutException>(() => next);

        Encoding.UTF8.GetString(first).ShouldBe("data: 1\n\n");
        failure.IsDeadline.ShouldBeFalse();
        failure.Limit.ShouldBe(silence);
        server.Requests.Count.ShouldBe(1); // a stream that has begun is never replayed
    }

    [Fact]
    public async Task A_connection_that_another_protocol_takes_over_is_nobodys_body()
    {
        var time = new VirtualTime();
        await using RawServer server = RawServer.Answer("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhello", RawEnding.Stall);
        using var app = new SocketApp(server.BaseAddress, options => options.TotalTimeout = Total, time: time);
        using HttpClient client = app.Create();
        using var request = new HttpRequestMessage(HttpMethod.Get, "socket") { Headers = { { "Connection", "Upgrade" }, { "Upgrade", "echo" } } };

        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await using Stream connection = await response.Content.ReadAsStreamAsync();
        byte[] first = new byte[5];
        await connection.ReadExactlyAsync(first);
        Task<int> next = connection.ReadAsync(new byte[1]).AsTask();
        time.Advance(TimeSpan.FromHours(1));
        await connection.WriteAsync("hello"u8.ToArray());

        Encoding.UTF8.GetString(first).ShouldBe("hello");
        time.FiredTimers.ShouldBe(0, "whatever fires now would cut it");
        next.IsCompleted.ShouldBeFalse();
        app.Monitor.Quotas.ShouldAllBe(quota => quota.UnderWay == 0);
    }

    [Fact]
    public async Task A_stream_that_ends_too_early_is_not_replayed()
    {
        using var twin = new OpenAITwin(new OpenAITwinOptions { ServiceTime = TimeSpan.Zero });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, name: "openai");
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("chat/completions", Chat);
        twin.Inject(new TwinFault(TwinFaultKind.ResetInBody) { Bytes = 20 });

        using HttpResponseMessage response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Exception? failure = await Record.ExceptionAsync(() => response.Content.ReadAsStringAsync());

        failure.ShouldNotBeNull().ShouldBeAssignableTo<HttpRequestException>();
        twin.Arrived.ShouldBe(1);
        twin.Early.ShouldBe(0);
        twin.DuplicateWrites.ShouldBe(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Requirement", "E8")]
    public async Task A_streams_slot_comes_back_when_it_is_disposed_early_or_read_to_its_end(bool readsToTheEnd)
    {
        using var twin = new OpenAITwin(new OpenAITwinOptions { ServiceTime = TimeSpan.Zero, StreamInterval = TimeSpan.FromMilliseconds(20) });
        await using TwinHost host = await TwinHost.StartAsync(twin);
        using var app = new SocketApp(host.BaseAddress, options => options.Pacing.MaxConcurrency = 1, name: "openai");
        using HttpClient client = app.Create();
        using HttpRequestMessage request = Requests.Post("chat/completions", Chat);
        using HttpRequestMessage meanwhile = Requests.Post("chat/completions", Chat, new CallOptions { MaxWait = TimeSpan.Zero });
        using HttpRequestMessage next = Requests.Post("chat/completions", Chat);

        HttpResponseMessage stream = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Should.ThrowAsync<QuotaRejectedException>(() => client.SendAsync(meanwhile));
        if (readsToTheEnd)
        {
            await stream.Content.CopyToAsync(Stream.Null);
        }
        else
        {
            stream.Dispose();
        }

        using HttpResponseMessage answer = await client.SendAsync(next);

        answer.IsSuccessStatusCode.ShouldBeTrue();
        twin.Arrived.ShouldBe(2);
        twin.Early.ShouldBe(0);
        stream.Dispose();
    }
}
