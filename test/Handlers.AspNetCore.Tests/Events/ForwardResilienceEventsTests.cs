using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Handlers.AspNetCore.Tests.Support;
using Handlers.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Handlers.AspNetCore.Tests.Events;

public sealed class ForwardResilienceEventsTests
{
    [Fact]
    [Trait("Requirement", "D2")]
    public async Task The_person_waiting_sees_the_retries_of_his_own_calls_and_then_the_answer()
    {
        await using StatusApp app = await Chat();
        app.Wire.OnEach(attempt => attempt.Number <= 2 ? HttpStatusCode.ServiceUnavailable : ScriptedAnswer.Status(200).Text("hello"));
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/chat");

        IReadOnlyList<SseItem<string>> all = await events.AllAsync();

        events.Response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        all.Select(e => e.EventType).ShouldBe(["retry", "retry", "answer"]);
        JsonElement retry = JsonDocument.Parse(all[1].Data).RootElement;
        retry.EnumerateObject().Select(p => p.Name).ShouldBe(["attempt", "max_retries", "delay", "message"]);
        retry.GetProperty("message").GetString().ShouldBe("The service did not answer. Retrying in 1 seconds... (Attempt 2/3)");
        all[2].Data.ShouldBe("hello");
    }

    [Fact]
    [Trait("Requirement", "D2")]
    public async Task A_call_that_fails_for_good_is_an_error()
    {
        await using StatusApp app = await Chat();
        app.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(4000));
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/chat");

        SseItem<string> error = (await events.AllAsync()).First(e => e.EventType == "error");

        JsonElement data = JsonDocument.Parse(error.Data).RootElement;
        data.EnumerateObject().Select(p => p.Name).ShouldBe(["error", "type", "retries"]);
        data.GetProperty("type").GetString().ShouldBe("rate_limit");
    }

    [Fact]
    [Trait("Requirement", "D2")]
    public async Task A_call_that_waits_unsent_does_not_look_frozen()
    {
        await using StatusApp app = await Chat();
        app.Wire.OnEach(_ => ScriptedAnswer.Status(429).RetryAfter(20));
        using var refused = new HttpRequestMessage(HttpMethod.Get, "things");
        refused.SetCallOptions(new CallOptions { MaxRetries = 0 });
        (await app.Client("shop").SendAsync(refused)).Dispose();

        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/chat");
        SseItem<string> first = await events.NextAsync();

        first.EventType.ShouldBe("queued");
        JsonElement data = JsonDocument.Parse(first.Data).RootElement;
        data.EnumerateObject().Select(p => p.Name).ShouldBe(["position", "delay", "message"]);
        data.GetProperty("delay").GetDouble().ShouldBeInRange(0.01, 21);
        app.Wire.Attempts.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Calls_of_other_requests_are_not_shown()
    {
        await using StatusApp app = await Chat();
        app.Wire.OnEach(attempt => attempt.Uri.AbsolutePath == "/things" ? HttpStatusCode.OK : attempt.Number < 3 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK);
        Task<HttpResponseMessage> other = app.Client("shop").GetAsync("other");
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/chat");

        (await events.AllAsync()).Select(e => e.EventType).ShouldBe(["answer"]);
        (await other).Dispose();
    }

    [Theory]
    [InlineData("one\ntwo", "one\ntwo")]
    [InlineData("one\r\ntwo\rthree\n", "one\ntwo\nthree\n")]
    [InlineData("{\"text\":\"a\u2028b\u0085c\fd\"}", "{\"text\":\"a\u2028b\u0085c\fd\"}")]
    public async Task Data_of_several_lines_stays_one_event(string data, string got)
    {
        await using StatusApp app = await StatusApp.StartAsync(clients: ["shop"], map: web => web.MapGet("/lines", async (HttpContext http) =>
        {
            await using ResilienceForwarding live = http.ForwardResilienceEvents();
            await live.SendAsync("poem", data);
            await Should.ThrowAsync<ArgumentException>(() => live.SendAsync("two\nlines", ""));
        }));
        await using SseReader events = await SseReader.OpenAsync(app.Browser, "/lines");

        (await events.AllAsync()).Single().Data.ShouldBe(got);
    }

    private static Task<StatusApp> Chat() => StatusApp.StartAsync(
        clients: ["shop"],
        settings: [("Retry:BaseDelay", "00:00:00.020"), ("Retry:Jitter", "0"), ("Retry:MaxRetries", "3"), ("TotalTimeout", "00:00:30"), ("CircuitBreaker:FailureThreshold", "50")],
        map: app =>
        {
            app.MapGet("/chat", async (HttpContext http, IHttpClientFactory clients) =>
            {
                await using ResilienceForwarding live = http.ForwardResilienceEvents();
                using HttpResponseMessage answer = await clients.CreateClient("shop").GetAsync("things", http.RequestAborted);
                await live.SendAsync("answer", await answer.Content.ReadAsStringAsync(http.RequestAborted));
            });
        });
}
