using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Sockets.Tests;

/// <summary>Attempts that a handler between leaves behind, on many threads and in real time: whatever the order, nothing is lost and nobody gets another's answer.</summary>
public sealed class LeftBehindTests
{
    private const int Calls = 3000;
    private const int Slots = 16;

    [Fact]
    public async Task Every_slot_comes_back_and_every_answer_is_its_callers()
    {
        var left = new ConcurrentQueue<Task>();
        using ServiceProvider services = Services(left);
        HttpClient client = services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        int answered = 0;

        await Parallel.ForEachAsync(Enumerable.Range(0, Calls), new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, token) =>
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync($"https://api.example/{i}", HttpCompletionOption.ResponseHeadersRead, token);
                (await response.Content.ReadAsStringAsync(token)).ShouldBe($"/{i}");
                Interlocked.Increment(ref answered);
            }
            catch (TimeoutException)
            {
                // All its attempts were left behind.
            }
        });
        await Task.WhenAll(left);

        answered.ShouldBeGreaterThan(Calls / 2);
        left.Count.ShouldBeGreaterThan(Calls / 20);
        QuotaSnapshot quota = services.GetRequiredService<IResilienceMonitor>().Quotas.Single(one => one.Limits.Any());
        quota.UnderWay.ShouldBe(0);
        quota.Waiting.ShouldBe(0);
        quota.Limits.Single().Free.ShouldBe(Slots);
    }

    private static ServiceProvider Services(ConcurrentQueue<Task> left)
    {
        var collection = new ServiceCollection();
        collection.AddHttpClient("api")
            .AddRetries(o => (o.BaseDelay, o.BudgetRatio, o.BudgetMinimum) = (TimeSpan.FromMilliseconds(1), 100, 1_000_000))
            .AddHttpMessageHandler(() => new Impatient(left))
            .AddPacing(o => (o.MaxConcurrency, o.MaxQueue) = (Slots, Calls))
            .AddAttemptTimeout(TimeSpan.FromSeconds(30))
            .AddRateLimitSignals()
            .ConfigurePrimaryHttpMessageHandler(() => new Echo());
        return collection.BuildServiceProvider();
    }

    /// <summary>Gives up after a while that is about as long as an attempt takes, without cancelling it.</summary>
    private sealed class Impatient(ConcurrentQueue<Task> left) : DelegatingHandler
    {
        private int _sent;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var copy = new HttpRequestMessage(request.Method, request.RequestUri);
            foreach (KeyValuePair<string, object?> option in request.Options)
            {
                ((IDictionary<string, object?>)copy.Options)[option.Key] = option.Value;
            }

            Task<HttpResponseMessage> attempt = base.SendAsync(copy, CancellationToken.None);
            // Real time, as everything here: what is raced are threads.
            Task patience = Interlocked.Increment(ref _sent) % 3 == 0 ? Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, cancellationToken) : attempt;
            if (await Task.WhenAny(attempt, patience) == attempt)
            {
                return await attempt;
            }

            left.Enqueue(DisposeLateAsync(attempt));
            throw new TimeoutException("Too slow.");
        }

        private static async Task DisposeLateAsync(Task<HttpResponseMessage> late) => (await late).Dispose();
    }

    private sealed class Echo : HttpMessageHandler
    {
        private int _seen;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string path = request.RequestUri!.AbsolutePath;
            // An upstream's time to answer, about as long as the other's patience.
            await Task.Delay(TimeSpan.FromMilliseconds(Interlocked.Increment(ref _seen) % 5), TimeProvider.System, cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(path))) };
        }
    }
}
