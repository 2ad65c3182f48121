using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>One message through two clients, each with a chain of its own.</summary>
public sealed class NestedClientTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_client_whose_transport_is_another_clients_chain_reports_its_own_call(bool behindAForeignHandler)
    {
        IHttpMessageHandlerFactory? handlers = null;
        HttpMessageHandler Transport() => handlers!.CreateHandler("inner");
        using var bench = new Bench(
            client: "outer",
            add: b => b
                .AddResilienceHandlers(o => o.Retry.Jitter = 0)
                .ConfigurePrimaryHttpMessageHandler(() => behindAForeignHandler ? new Passing { InnerHandler = Transport() } : Transport()));
        using var inner = new Bench(client: "inner", add: b => b.AddResilienceHandlers(o => o.Retry.MaxRetries = 0), services: s => s.AddSingleton<TimeProvider>(bench.Time));
        handlers = inner.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        inner.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "https://api.example/things");
            using HttpResponseMessage response = await client.SendAsync(request);
            CallReport report = response.GetCallReport()!;

            report.Client.ShouldBe("outer");
            report.Attempts.ShouldBe(2);
            report.History.Select(a => a.Status).ShouldBe([503, 200]);
            request.GetCallReport()!.Client.ShouldBe("outer");
        });

        ClientSnapshot seen = inner.Services.GetRequiredService<IResilienceMonitor>().Clients.Single();
        (seen.Calls, seen.Attempts).ShouldBe((2, 2));
    }

    [Theory]
    [InlineData("k", false)]
    [InlineData("k", true)]
    [InlineData(null, false)]
    public async Task A_keyed_write_through_two_clients_is_each_ones_own_call_and_the_outers_key(string? given, bool synchronous)
    {
        IHttpMessageHandlerFactory? handlers = null;
        using var bench = new Bench(
            client: "outer",
            add: b => b
                .AddResilienceHandlers(o => (o.Retry.Jitter, o.Idempotency.HeaderName) = (0, "Idempotency-Key"))
                .ConfigurePrimaryHttpMessageHandler(() => handlers!.CreateHandler("inner")));
        using var inner = new Bench(client: "inner", add: b => b.AddResilienceHandlers(o => o.Retry.MaxRetries = 0), services: s => s.AddSingleton<TimeProvider>(bench.Time));
        handlers = inner.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        inner.Wire.Answers(HttpStatusCode.ServiceUnavailable, HttpStatusCode.Created);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "things") { Content = new StringContent("x") };
            request.SetCallOptions(new CallOptions { IdempotencyKey = given });
            using HttpResponseMessage response = synchronous ? await bench.Time.StartThread(() => client.Send(request)) : await client.SendAsync(request);
            CallReport report = response.GetCallReport()!;

            (report.Client, report.Attempts, report.MayHaveHappened).ShouldBe(("outer", 2, false));
            report.History.Select(attempt => attempt.Status).ShouldBe([503, 201]);
        });

        ClientSnapshot seen = inner.Services.GetRequiredService<IResilienceMonitor>().Clients.Single();
        (seen.Calls, seen.Attempts).ShouldBe((2, 2));
        inner.Wire.Attempts.Select(attempt => attempt.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_client_over_another_clients_chain_holds_its_own_slot_until_the_body_ends()
    {
        IHttpMessageHandlerFactory? handlers = null;
        using var bench = new Bench(
            client: "outer",
            add: b => b.AddResilienceHandlers(o => o.Pacing.MaxConcurrency = 1).ConfigurePrimaryHttpMessageHandler(() => handlers!.CreateHandler("inner")));
        using var inner = new Bench(client: "inner", services: s => s.AddSingleton<TimeProvider>(bench.Time));
        handlers = inner.Services.GetRequiredService<IHttpMessageHandlerFactory>();
        inner.Wire.OnEach(_ => ScriptedAnswer.From(_ => new HttpResponseMessage
        {
            Content = new ScriptedBody().Text("slow ").Wait(TimeSpan.FromSeconds(10)).Text("body").ToContent("text/plain", bench.Time),
        }));

        await bench.Run(client => Task.WhenAll(client.GetStringAsync("https://api.example/one"), client.GetStringAsync("https://api.example/two")));

        bench.Time.Elapsed.ShouldBe(TimeSpan.FromSeconds(20));
    }
}
