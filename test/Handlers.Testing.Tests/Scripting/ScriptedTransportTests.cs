using System.Net;
using System.Text;

namespace Handlers.Testing.Tests.Scripting;

public sealed class ScriptedTransportTests : IDisposable
{
    private readonly VirtualTime _time = new();
    private readonly ScriptedTransport _transport;
    private readonly HttpClient _client;

    public ScriptedTransportTests()
    {
        _transport = new ScriptedTransport(_time);
        _client = new HttpClient(_transport) { BaseAddress = new Uri("https://api.example/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public void Dispose()
    {
        _client.Dispose();
        _transport.Dispose();
    }

    [Fact]
    public Task The_test_holds_the_other_end() => _time.RunAsync(async () =>
    {
        Task<HttpResponseMessage> call = _client.PostAsync("items?x=1", Hello());
        ScriptedAttempt attempt = await _transport.NextAsync();
        call.IsCompleted.ShouldBeFalse();
        attempt.Respond(ScriptedAnswer.Status(429).RetryAfter(2).Json("{}"));
        using HttpResponseMessage response = await call;

        attempt.Method.ShouldBe(HttpMethod.Post);
        attempt.Uri.ShouldBe(new Uri("https://api.example/items?x=1"));
        attempt.Headers["x-thing"].ShouldBe("1, 2");
        attempt.Headers["Content-Length"].ShouldBe("5");
        attempt.BodyText.ShouldBe("hello");
        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(2));
        response.RequestMessage!.RequestUri.ShouldBe(attempt.Uri);
    });

    [Fact]
    public async Task A_list_is_answered_in_order_and_then_the_function()
    {
        _transport
            .Answers(HttpStatusCode.ServiceUnavailable, ScriptedAnswer.Status(200).Text("late").After(TimeSpan.FromSeconds(3)), new HttpRequestException("gone"))
            .OnEach(attempt => attempt.Number == 4 ? HttpStatusCode.NoContent : null);

        await _time.RunAsync(async () =>
        {
            (await _client.GetAsync("a")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await _client.GetStringAsync("b")).ShouldBe("late");
            (await Should.ThrowAsync<HttpRequestException>(() => _client.GetAsync("c"))).Message.ShouldBe("gone");
            (await _client.GetAsync("d")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        });

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
        _transport.Attempts.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Synchronous_calls_are_answered_synchronously_or_wait_for_the_test()
    {
        _transport.Answers(ScriptedAnswer.Status(200).After(TimeSpan.FromSeconds(2)));

        await _time.RunAsync(async () =>
        {
            using var first = new HttpRequestMessage(HttpMethod.Get, "a");
            using var second = new HttpRequestMessage(HttpMethod.Put, "b") { Content = new ByteArrayContent([1, 2]) };
            Task<int> calls = _time.StartThread(() => (int)_client.Send(first).StatusCode + (int)_client.Send(second).StatusCode);
            ScriptedAttempt attempt = await _transport.NextAsync();
            attempt.Body.Length.ShouldBe(2);
            attempt.Respond(HttpStatusCode.Accepted);
            (await calls).ShouldBe(402);
        });

        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));
    }

    [Fact]
    public Task Cancellation_ends_the_attempt_with_the_callers_token() => _time.RunAsync(async () =>
    {
        using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1), _time);

        Task<HttpResponseMessage> call = _client.GetAsync("a", cancel.Token);
        ScriptedAttempt attempt = await _transport.NextAsync();

        (await Should.ThrowAsync<OperationCanceledException>(() => call)).CancellationToken.ShouldBe(cancel.Token);
        attempt.Cancellation.IsCancellationRequested.ShouldBeTrue();
    });

    [Fact]
    public async Task Responses_count_as_undisposed_until_read_or_disposed()
    {
        _transport.OnEach(_ => ScriptedAnswer.Status(200).Text("body"));

        await _time.RunAsync(async () =>
        {
            HttpResponseMessage one = await _client.GetAsync("1", HttpCompletionOption.ResponseHeadersRead);
            HttpResponseMessage two = await _client.GetAsync("2", HttpCompletionOption.ResponseHeadersRead);
            HttpResponseMessage read = await _client.GetAsync("3");
            _transport.Undisposed.ShouldBe(2);
            one.Dispose();
            one.Dispose();
            _transport.Undisposed.ShouldBe(1);
            Stream body = await two.Content.ReadAsStreamAsync();
            await body.CopyToAsync(Stream.Null);
            _transport.Undisposed.ShouldBe(0);
            read.Dispose();
            _transport.Undisposed.ShouldBe(0);
        });
    }

    [Fact]
    public async Task A_one_shot_body_is_used_up_unless_the_connection_never_was()
    {
        _transport.Answers(new HttpRequestException(HttpRequestError.ConnectionError), HttpStatusCode.OK, HttpStatusCode.OK);
        using var content = new OneShotContent();

        await _time.RunAsync(async () =>
        {
            await Should.ThrowAsync<HttpRequestException>(() => _client.PostAsync("a", content));
            (await _client.PostAsync("a", content)).StatusCode.ShouldBe(HttpStatusCode.OK);
            await Should.ThrowAsync<InvalidOperationException>(() => _client.PostAsync("a", content));
        });
    }

    [Fact]
    public async Task Bodies_trickle_stall_and_break()
    {
        ScriptedBody trickle = new ScriptedBody().Trickle("abcdef"u8.ToArray(), 2, TimeSpan.FromSeconds(1));
        ScriptedBody stall = new ScriptedBody().Text("abc").Stall();
        _transport.Answers(
            ScriptedAnswer.Status(200).Body(trickle),
            ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("abc").Break()),
            ScriptedAnswer.Status(200).Body(new ScriptedBody().Text("abc").EndEarly(), length: 10),
            ScriptedAnswer.Status(200).Body(stall));

        await _time.RunAsync(async () =>
        {
            (await _client.GetStringAsync("a")).ShouldBe("abcdef");
            _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(2));

            var broken = await Should.ThrowAsync<HttpRequestException>(() => _client.GetStringAsync("b"));
            broken.InnerException.ShouldBeOfType<IOException>();

            HttpResponseMessage early = await _client.GetAsync("c", HttpCompletionOption.ResponseHeadersRead);
            early.Content.Headers.ContentLength.ShouldBe(10);
            (await Should.ThrowAsync<HttpRequestException>(() => early.Content.ReadAsStringAsync())).HttpRequestError.ShouldBe(HttpRequestError.ResponseEnded);

            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(8), _time);
            HttpResponseMessage stalled = await _client.GetAsync("d", HttpCompletionOption.ResponseHeadersRead);
            Stream body = await stalled.Content.ReadAsStreamAsync();
            byte[] buffer = new byte[10];
            await body.ReadExactlyAsync(buffer.AsMemory(0, 3));
            await Should.ThrowAsync<OperationCanceledException>(async () => await body.ReadExactlyAsync(buffer, patience.Token));
            _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
        });
    }

    [Fact]
    public async Task An_attempt_the_test_forgot_is_named_when_time_stands_still()
    {
        var error = await Should.ThrowAsync<InvalidOperationException>(() => _time.RunAsync(() => _client.GetAsync("forgotten")));

        error.Message.ShouldContain("the test's answer to Attempt 1, GET https://api.example/forgotten");
    }

    private static StringContent Hello()
    {
        var content = new StringContent("hello", Encoding.UTF8, "text/plain");
        content.Headers.Add("X-Thing", ["1", "2"]);
        return content;
    }

    private sealed class OneShotContent : HttpContent
    {
        private bool _used;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            InvalidOperationException? error = _used ? new InvalidOperationException("used up") : null;
            _used = true;
            return error is null ? Task.CompletedTask : Task.FromException(error);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
