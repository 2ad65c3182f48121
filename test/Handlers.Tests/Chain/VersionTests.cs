using System.Net;
using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Chain;

/// <summary>The HTTP version that a caller asks for goes with every message that is made of his, whatever the transport made of it before.</summary>
public sealed class VersionTests
{
    [Theory]
    [InlineData("a retry")]
    [InlineData("a retry under a key")]
    [InlineData("another client")]
    [InlineData("another model")]
    [InlineData("a refresh")]
    public async Task Version_and_policy_are_the_callers(string second)
    {
        bool isRefresh = second == "a refresh";
        List<(Version, HttpVersionPolicy)> seen = [];
        using var other = new ScriptedTransport();
        using var bench = new Bench(
            add: b => b.AddResilienceHandlers().AddHttpMessageHandler(() => new Downgrading(seen)),
            settings: Settings.For(
                "api",
                ("Provider", "openai"), ("Retry:MaxRetries", second.StartsWith("a retry", StringComparison.Ordinal) ? "1" : "0"), ("Idempotency:HeaderName", "Idempotency-Key"),
                (second == "another model" ? "Fallback:Models" : "Caching:Enabled", second == "another model" ? "two" : "true"),
                (second == "another client" ? "Fallback:Client" : "Caching:SingleFlight", second == "another client" ? "other" : "true")),
            services: s => s.AddHttpClient("other", http => http.BaseAddress = new Uri("https://other.example"))
                .AddHttpMessageHandler(() => new Downgrading(seen)).ConfigurePrimaryHttpMessageHandler(() => other));
        bench.Wire.Answers(isRefresh ? ScriptedAnswer.Status(200).Header("Cache-Control", "max-age=1, stale-while-revalidate=60") : ScriptedAnswer.Status(429).RetryAfter(1));
        bench.Wire.OnEach(_ => HttpStatusCode.OK);
        other.OnEach(_ => HttpStatusCode.OK);

        await bench.Run(async client =>
        {
            for (int i = 0; i < (isRefresh ? 2 : 1); i++)
            {
                using var request = new HttpRequestMessage(isRefresh ? HttpMethod.Get : HttpMethod.Post, "v1/responses")
                {
                    Version = HttpVersion.Version20,
                    VersionPolicy = HttpVersionPolicy.RequestVersionOrHigher,
                    Content = isRefresh ? null : new StringContent("""{"model":"one"}""", System.Text.Encoding.UTF8, "application/json"),
                };
                request.SetCallOptions(new CallOptions { IdempotencyKey = second == "a retry under a key" ? "k" : null });
                (await client.SendAsync(request)).Dispose();
                await Task.Delay(TimeSpan.FromSeconds(2), bench.Time);
            }
        });

        seen.ShouldBe(Enumerable.Repeat((HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrHigher), 2));
    }

    /// <summary>As the transport does it where the server speaks no more.</summary>
    private sealed class Downgrading(List<(Version, HttpVersionPolicy)> seen) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            seen.Add((request.Version, request.VersionPolicy));
            HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
            (request.Version, request.VersionPolicy) = (HttpVersion.Version11, HttpVersionPolicy.RequestVersionExact);
            return response;
        }
    }
}
