using Handlers.Testing;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Quotas;

/// <summary>Nothing is configured: the provider's answers alone say what may be sent. The twins are the judges.</summary>
public class AnnouncedLimitTests
{
    [Fact]
    public async Task A_window_is_spent_and_then_waited_for_without_a_refusal()
    {
        using Judged<GitHubTwin> github = new("github", time => new GitHubTwin(
            new GitHubTwinOptions { CoreLimit = 500, Window = TimeSpan.FromSeconds(60), PointsLimit = 100_000, MaxConcurrent = 100_000 }, time));

        int[] statuses = await github.SendAll(1200, HttpMethod.Get, "repos/octo/hello/issues");

        statuses.ShouldAllBe(status => status == 200);
        github.Twin.Refused.ShouldBe(0);
        github.Twin.Early.ShouldBe(0);
        github.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(120), TimeSpan.FromSeconds(126));
    }

    [Fact]
    public async Task A_bucket_is_drained_and_then_followed_at_its_rate_without_a_refusal()
    {
        using Judged<OpenAITwin> openai = new("openai", time => new OpenAITwin(
            new OpenAITwinOptions { RequestsPerMinute = 500, TokensPerMinute = 100_000_000 }, time));

        int[] statuses = await openai.SendAll(1200, HttpMethod.Post, "v1/chat/completions", """{"model":"gpt-5","max_tokens":10,"messages":[{"role":"user","content":"hi"}]}""");

        statuses.ShouldAllBe(status => status == 200);
        openai.Twin.Refused.ShouldBe(0);
        openai.Elapsed.ShouldBeInRange(TimeSpan.FromSeconds(84), TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task Two_buckets_hold_together()
    {
        using Judged<LinearTwin> linear = new("linear", time => new LinearTwin(timeProvider: time));

        int[] statuses = await linear.SendAll(3000, HttpMethod.Post, "graphql", """{"query":"query { viewer { id } }"}""");

        statuses.ShouldAllBe(status => status == 200);
        linear.Twin.Refused.ShouldBe(0);
        linear.Twin.Early.ShouldBe(0);
    }

    /// <remarks>Told by the first answer alone what a call costs, all of them went at once.</remarks>
    [Fact]
    public async Task What_calls_cost_is_felt_out_before_a_bucket_is_spent_on_it()
    {
        int calls = 0;
        using Judged<LinearTwin> linear = new("linear", time => new LinearTwin(
            new LinearTwinOptions { ComplexityPerHour = 300_000, ComplexityOf = _ => ++calls % 4 == 0 ? 6000 : 1000 }, time));

        int[] statuses = await linear.SendAll(200, HttpMethod.Post, "graphql", """{"query":"query { viewer { id } }"}""");

        statuses.ShouldAllBe(status => status == 200);
        linear.Twin.Refused.ShouldBeLessThanOrEqualTo(1);
    }

    private sealed class Judged<T> : IDisposable
        where T : ProviderTwin
    {
        private readonly Bench _bench;
        private readonly string _client;

        public Judged(string client, Func<VirtualTime, T> make)
        {
            _client = client;
            T? twin = null;
            _bench = new Bench(
                client,
                http => http.ConfigurePrimaryHttpMessageHandler(() => twin!).AddResilienceHandlers(),
                new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
                {
                    [$"ResilienceHandlers:Clients:{client}:Workload"] = "Background",
                    [$"ResilienceHandlers:Clients:{client}:Pacing:Limits"] = "none",
                    [$"ResilienceHandlers:Clients:{client}:Caching:Enabled"] = "false",
                });
            Twin = twin = make(_bench.Time);
        }

        public T Twin { get; }

        public TimeSpan Elapsed => _bench.Time.Elapsed;

        public async Task<int[]> SendAll(int count, HttpMethod method, string path, string? body = null)
        {
            int[] statuses = [];
            await _bench.Run(async client => statuses = await Task.WhenAll(Enumerable.Range(0, count).Select(async _ =>
            {
                using var request = new HttpRequestMessage(method, new Uri(Twin.BaseAddress, path));
                request.Headers.TryAddWithoutValidation("Authorization", "Bearer token");
                request.Headers.TryAddWithoutValidation("User-Agent", _client);
                request.Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using HttpResponseMessage response = await client.SendAsync(request);
                return (int)response.StatusCode;
            })));
            return statuses;
        }

        public void Dispose()
        {
            _bench.Dispose();
            Twin.Dispose();
        }
    }
}
