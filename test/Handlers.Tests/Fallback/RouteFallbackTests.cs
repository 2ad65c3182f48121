using System.Net;
using System.Text;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Fallback;

/// <summary>A function of the app stands in, which may ask another provider.</summary>
public sealed class RouteFallbackTests
{
    private static readonly HttpRequestException Refused = new(HttpRequestError.ConnectionError, "refused");

    [Fact]
    [Trait("Requirement", "D7")]
    public async Task A_function_translates_for_another_provider_when_the_quota_is_gone()
    {
        string? translated = null;
        CallReport? soFar = null;
        using var bench = new Bench("openai", add: b => b.AddResilienceHandlers(options => options.Fallback.Route = async (request, report, token) =>
        {
            soFar = report;
            translated = $"{request.Headers.Authorization}|{await request.Content!.ReadAsStringAsync(token)}";
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("from elsewhere") };
        }));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(429).Json("""{"error":{"type":"insufficient_quota","code":"insufficient_quota"}}"""));

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Post("question");
            request.Headers.Add("Authorization", "Bearer first");
            using HttpResponseMessage response = await client.SendAsync(request);

            (await response.Content.ReadAsStringAsync()).ShouldBe("from elsewhere");
            response.GetCallReport()!.AnsweredBy.ShouldBe("route");
        });

        translated.ShouldBe("|question");
        soFar!.Verdict.ShouldBe(VerdictKind.QuotaExhausted);
    }

    [Fact]
    public async Task A_function_that_ignores_its_token_ends_with_the_call_and_what_comes_late_is_dropped()
    {
        var late = new TaskCompletionSource<HttpResponseMessage?>();
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = (_, _, _) => new ValueTask<HttpResponseMessage?>(late.Task)),
            settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("TotalTimeout", "00:00:10")));
        bench.Wire.OnEach(_ => Refused);
        using var body = new Watched();

        await bench.Run(async client => (await Should.ThrowAsync<HttpRequestException>(client.GetAsync("things"))).ShouldBe(Refused));

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(10));
        late.SetResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = body });
        body.IsDisposed.ShouldBeTrue();
    }

    [Fact]
    public async Task A_caller_who_gives_up_is_not_held_by_such_a_function()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = static (_, _, _) => new ValueTask<HttpResponseMessage?>(new TaskCompletionSource<HttpResponseMessage?>().Task)),
            settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client =>
        {
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(3), bench.Time);
            await Should.ThrowAsync<OperationCanceledException>(client.GetAsync("things", patience.Token));
        });

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData("hangs")]
    [InlineData("throws")]
    [InlineData("is cancelled")]
    public async Task A_write_that_a_function_may_have_made_is_not_told_as_undone(string ending)
    {
        Bench? wired = null;
        using Bench bench = wired = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = async (_, _, token) =>
            {
                TimeSpan pause = ending == "throws" ? TimeSpan.FromSeconds(1) : Timeout.InfiniteTimeSpan;
                await Task.Delay(pause, wired!.Time, ending == "is cancelled" ? token : default);
                throw new InvalidOperationException("the translator broke");
            }),
            settings: Settings.For("api", ("Retry:MaxRetries", "0"), ("TotalTimeout", "00:00:10")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client =>
        {
            HttpRequestMessage request = Post("x");
            HttpRequestException failure = await Should.ThrowAsync<HttpRequestException>(client.SendAsync(request));
            failure.ShouldNotBe(Refused);
            request.GetCallReport()!.MayHaveHappened.ShouldBeTrue();
        });
    }

    [Fact]
    public async Task A_synchronous_call_does_without_the_function_and_that_is_said_once()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = (_, _, _) => throw new InvalidOperationException("not here")),
            settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(client =>
        {
            Should.Throw<HttpRequestException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "things")));
            Should.Throw<HttpRequestException>(() => client.Send(new HttpRequestMessage(HttpMethod.Get, "things")));
            return Task.CompletedTask;
        });

        bench.Log.Named("RoutePassedOver").ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_function_without_an_answer_leaves_the_failure_as_it_is()
    {
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers(options => options.Fallback.Route = (_, _, _) => new ValueTask<HttpResponseMessage?>((HttpResponseMessage?)null)),
            settings: Settings.For("api", ("Retry:MaxRetries", "0")));
        bench.Wire.OnEach(_ => Refused);

        await bench.Run(async client => (await Should.ThrowAsync<HttpRequestException>(client.GetAsync("things"))).ShouldBe(Refused));

        bench.Log.Named("FallbackFailed").ShouldBeEmpty();
    }

    private sealed class Watched() : StringContent("late")
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }

    private static HttpRequestMessage Post(string body) => new(HttpMethod.Post, "things") { Content = new StringContent(body, Encoding.UTF8, "text/plain") };
}
