using System.Globalization;
using System.Net;
using Handlers.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Handlers.Tests.Pacing;

/// <summary>A provider that refuses whatever the pace, and one that refuses because of it: what forty calls a second get from either.</summary>
public sealed class UnrelatedRefusalTests
{
    [Theory]
    [InlineData(0.01, 1, 0.96)]
    [InlineData(0.03, 1, 0.5)]
    [InlineData(0.01, 5, 0.3)]
    public async Task Refusals_at_random_cost_no_more_than_the_waits_they_ask_for(double share, int wait, double expected)
    {
        var random = new Random(7);

        (double answered, _) = await CallAsync(_ => random.NextDouble() < share ? wait : null);

        answered.ShouldBeGreaterThan(expected);
    }

    [Fact]
    public async Task A_bucket_that_runs_dry_is_paced()
    {
        double tokens = 300;
        double at = 0;

        (double answered, double refused) = await CallAsync(now =>
        {
            tokens = Math.Min(300, tokens + (30 * (now - at)));
            at = now;
            if (tokens < 1)
            {
                return 1;
            }

            tokens--;
            return null;
        });

        answered.ShouldBeGreaterThan(0.7);
        refused.ShouldBeLessThan(0.02);
    }

    /// <summary>Five minutes.</summary>
    /// <returns>Which share of the calls got an answer, and of the attempts a refusal.</returns>
    private static async Task<(double Answered, double Refused)> CallAsync(Func<double, int?> refusal)
    {
        const int Calls = 40 * 300;
        Provider? provider = null;
        using var bench = new Bench(
            settings: Settings.For("api", ("TotalTimeout", "00:00:30"), ("Caching:Enabled", "false")),
            services: services => services.AddHttpClient("api")
                .ConfigurePrimaryHttpMessageHandler(all => provider = new Provider(all.GetRequiredService<TimeProvider>(), refusal)));
        int answered = 0;
        await bench.Run(async client =>
        {
            List<Task> calls = [];
            for (int i = 0; i < Calls; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(25), bench.Time);
                calls.Add(CallAsync(client));
            }

            await Task.WhenAll(calls);
        });

        return (answered / (double)Calls, provider!.Refused / (double)provider.Attempts);

        async Task CallAsync(HttpClient client)
        {
            try
            {
                using HttpResponseMessage response = await client.GetAsync("things");
                answered += response.IsSuccessStatusCode ? 1 : 0;
            }
            catch (Exception failure) when (failure is HttpRequestException or TimeoutException)
            {
                // Counted by what is missing.
            }
        }
    }

    /// <summary>Answers after 80 ms; a refusal says how many seconds to wait.</summary>
    private sealed class Provider(TimeProvider time, Func<double, int?> refusal) : HttpMessageHandler
    {
        private readonly long _start = time.GetTimestamp();

        public int Attempts { get; private set; }

        public int Refused { get; private set; }

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(80), time, cancellationToken);
            Attempts++;
            if (refusal(time.GetElapsedTime(_start).TotalSeconds) is not { } wait)
            {
                return new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request };
            }

            Refused++;
            var refused = new HttpResponseMessage(HttpStatusCode.TooManyRequests) { RequestMessage = request };
            refused.Headers.Add("Retry-After", wait.ToString(CultureInfo.InvariantCulture));
            return refused;
        }
    }
}
