using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>The walk through handlers that stand directly below one another.</summary>
public sealed class RunTests
{
    [Fact]
    public async Task A_message_that_is_sent_again_by_hand_reports_its_latest_call()
    {
        using var bench = new Bench();
        bench.Wire.Answers(HttpStatusCode.NotFound, HttpStatusCode.OK);
        HttpMessageHandler handler = bench.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(bench.Client);

        await bench.Time.RunAsync(async () =>
        {
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/things");
            (await invoker.SendAsync(request, CancellationToken.None)).Dispose();
            (await invoker.SendAsync(request, CancellationToken.None)).Dispose();

            request.GetCallReport()!.Verdict.ShouldBe(VerdictKind.Ok);
        });
    }

    [Fact]
    public async Task A_request_without_an_address_says_what_to_set()
    {
        using var bench = new Bench();
        HttpMessageHandler handler = bench.Services.GetRequiredService<IHttpMessageHandlerFactory>().CreateHandler(bench.Client);

        await bench.Time.RunAsync(async () =>
        {
            using var invoker = new HttpMessageInvoker(handler, disposeHandler: false);
            using var request = new HttpRequestMessage { Method = HttpMethod.Get };
            InvalidOperationException thrown = await Should.ThrowAsync<InvalidOperationException>(() => invoker.SendAsync(request, CancellationToken.None));

            thrown.Message.ShouldContain("BaseAddress");
        });
    }

    [Fact]
    public async Task A_handler_alone_judges_by_status()
    {
        var time = new VirtualTime();
        using var wire = new ScriptedTransport(time);
        wire.Answers(ScriptedAnswer.Status(429).RetryAfter(3), HttpStatusCode.OK);
        using var client = new HttpClient(new RetryHandler(new RetryOptions(), time) { InnerHandler = wire });

        await time.RunAsync(async () => (await client.GetAsync("https://api.example/things")).Dispose());

        wire.Attempts[1].Elapsed.TotalSeconds.ShouldBeInRange(3, 3.5);
        wire.Undisposed.ShouldBe(0);
    }

    [Fact]
    public async Task The_chain_works_without_dependency_injection()
    {
        var time = new VirtualTime();
        using var wire = new ScriptedTransport(time);
        wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);
        var options = new ResilienceHandlersOptions { Provider = "github" };
        options.Retry.Jitter = 0;
        using var client = new HttpClient(ResilienceHandlers.Create(wire, options, time)) { Timeout = Timeout.InfiniteTimeSpan };

        await time.RunAsync(async () =>
        {
            using HttpResponseMessage response = await client.GetAsync("https://api.github.com/repos/o/r");

            response.GetCallReport()!.Provider.ShouldBe("github");
        });

        wire.Attempts.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_fault_in_a_handler_below_gives_back_what_the_call_held()
    {
        using var bench = new Bench(add: b => b
            .AddResilienceHandlers(o => o.Pacing.MaxConcurrency = 1)
            .AddHttpMessageHandler(() => new Throwing()));

        await bench.Run(async client =>
        {
            await Should.ThrowAsync<InvalidOperationException>(() => client.GetAsync("things"));
            await Should.ThrowAsync<InvalidOperationException>(() => client.GetAsync("things"));
        });
    }

    private sealed class Throwing : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a fault between");
    }
}
