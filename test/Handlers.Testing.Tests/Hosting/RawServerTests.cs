using Handlers.Testing.Hosting;

namespace Handlers.Testing.Tests.Hosting;

public sealed class RawServerTests : IDisposable
{
    private readonly HttpClient _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Three_bytes_and_silence()
    {
        await using RawServer server = RawServer.Answer("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", RawEnding.Stall);
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(200), TimeProvider.System);

        HttpResponseMessage response = await _client.GetAsync(server.BaseAddress, HttpCompletionOption.ResponseHeadersRead);

        await Should.ThrowAsync<OperationCanceledException>(() => response.Content.ReadAsStringAsync(patience.Token));
        server.Requests.Single().ShouldStartWith("GET / HTTP/1.1\r\n");
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", RawEnding.Close, HttpRequestError.ResponseEnded)]
    [InlineData("garbage\r\n\r\n", RawEnding.Close, HttpRequestError.InvalidResponse)]
    [InlineData("", RawEnding.Close, HttpRequestError.ResponseEnded)]
    public async Task What_is_no_proper_answer_fails_as_it_should(string answer, RawEnding ending, HttpRequestError expected)
    {
        await using RawServer server = RawServer.Answer(answer, ending);
        using var body = new StringContent("hello");

        var error = await Should.ThrowAsync<HttpRequestException>(() => _client.PostAsync(server.BaseAddress, body));

        error.HttpRequestError.ShouldBe(expected);
        server.Requests.Single().ShouldEndWith("\r\n\r\nhello");
    }

    [Fact]
    public async Task Connections_are_ended_unread_refused_or_never_accepted()
    {
        await using RawServer unread = RawServer.Unread(RawEnding.Reset);
        await Should.ThrowAsync<HttpRequestException>(() => _client.GetAsync(unread.BaseAddress));
        unread.Connections.ShouldBeGreaterThan(0);

        var refused = await Should.ThrowAsync<HttpRequestException>(() => _client.GetAsync(RawServer.ClosedPort()));
        refused.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);

        if (OperatingSystem.IsLinux())
        {
            await using RawServer busy = await RawServer.NeverAcceptAsync();
            using var impatient = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromMilliseconds(300) });
            Exception? timeout = await Record.ExceptionAsync(() => impatient.GetAsync(busy.BaseAddress)); // Shouldly would make its own of a cancelled task
            timeout.ShouldBeOfType<TaskCanceledException>().InnerException.ShouldBeOfType<TimeoutException>();
        }
    }

    [Fact]
    public async Task Its_address_with_https_fails_the_handshake()
    {
        await using RawServer server = RawServer.Unread();
        Uri secure = new UriBuilder(server.BaseAddress) { Scheme = Uri.UriSchemeHttps }.Uri;

        var error = await Should.ThrowAsync<HttpRequestException>(() => _client.GetAsync(secure));

        error.HttpRequestError.ShouldBe(HttpRequestError.SecureConnectionError);
    }
}
