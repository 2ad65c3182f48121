using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>Options of a call: in a scope, on the request, and what others keep beside them.</summary>
public sealed class CallOptionsTests
{
    [Fact]
    public async Task Options_in_a_scope_hold_for_the_named_client_and_the_request_wins_field_by_field()
    {
        using var bench = new Bench();
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            using (CallOptions.BeginScope(new CallOptions { MaxRetries = 1, Deadline = TimeSpan.FromSeconds(90) }, client: "api"))
            {
                (await client.GetAsync("scoped")).Dispose();
                using var request = new HttpRequestMessage(HttpMethod.Get, "own");
                request.SetCallOptions(new CallOptions { MaxRetries = 2 });
                (await client.SendAsync(request)).Dispose();
            }

            using (CallOptions.BeginScope(new CallOptions { MaxRetries = 0 }, client: "other"))
            {
                (await client.GetAsync("foreign")).Dispose();
            }
        });

        bench.Wire.Attempts.CountBy(a => a.Uri.AbsolutePath).ToDictionary()
            .ShouldBe(new Dictionary<string, int>(StringComparer.Ordinal) { ["/scoped"] = 2, ["/own"] = 3, ["/foreign"] = 4 });
    }

    [Fact]
    public async Task Scopes_nest_and_may_end_in_any_order()
    {
        using var bench = new Bench(settings: Settings.For("api", ("Idempotency:HeaderName", "Idempotency-Key")));
        bench.Wire.OnEach(_ => ScriptedAnswer.Status(503));

        await bench.Run(async client =>
        {
            IDisposable outer = CallOptions.BeginScope(new CallOptions { IdempotencyKey = "outer", MaxRetries = 1 });
            IDisposable inner = CallOptions.BeginScope(new CallOptions { IdempotencyKey = "inner" }, client: "api");
            using (CallOptions.BeginScope(new CallOptions { IdempotencyKey = "other", MaxRetries = 9 }, client: "other"))
            {
                (await client.PostAsync("one", new StringContent("1"))).Dispose();
            }

            outer.Dispose();
            (await client.PostAsync("two", new StringContent("2"))).Dispose();
            inner.Dispose();
            inner.Dispose();
            (await client.PostAsync("three", new StringContent("3"))).Dispose();
        });

        bench.Wire.Attempts.CountBy(attempt => attempt.Headers["Idempotency-Key"], StringComparer.Ordinal).Select(sent => sent.Value).ShouldBe([2, 4, 4]);
        bench.Wire.Attempts.Select(attempt => attempt.Headers["Idempotency-Key"]).Distinct(StringComparer.Ordinal).Take(2).ShouldBe(["inner", "inner/2"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_callers_request_options_are_there_in_every_attempt(bool withCallOptions)
    {
        var key = new HttpRequestOptionsKey<string>("tenant");
        List<string?> seen = [];
        using var bench = new Bench(add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Looking(request =>
        {
            seen.Add(request.Options.TryGetValue(key, out string? tenant) ? tenant : null);
            request.Options.Set(key, "changed below");
        })));
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.Options.Set(key, "acme");
            if (withCallOptions)
            {
                request.SetCallOptions(new CallOptions { MaxRetries = 1 });
            }

            (await client.SendAsync(request)).Dispose();
        });

        seen.ShouldBe(["acme", "acme"]);
    }

    [Fact]
    public async Task A_handler_below_that_clears_the_options_does_no_harm()
    {
        using var bench = new Bench(add: b => b.AddResilienceHandlers(o => o.Retry.Jitter = 0).AddHttpMessageHandler(() => new Clearing()));
        bench.Wire.Answers(ScriptedAnswer.Status(503), HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "things");
            request.Options.Set(new HttpRequestOptionsKey<string>("own"), "kept");
            (await client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.OK);
        });

        bench.Wire.Attempts.Count.ShouldBe(2);
    }

    private sealed class Looking(Action<HttpRequestMessage> look) : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            look(request);
            return base.SendAsync(request, cancellationToken);
        }
    }

    private sealed class Clearing : DelegatingHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ((IDictionary<string, object?>)request.Options).Clear();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
